import { bad, type Check, good } from './check.ts';
import { addressesOf, type Dns, isInside, records } from './dns.ts';

/** Whether a relay's addresses have names that resolve back to them. */
export async function checkReverse(dns: Dns, host: string): Promise<Check> {
  const addresses = await addressesOf(dns, host);
  const outside = addresses.filter((address) => !isInside(address));
  if (host === 'localhost' || outside.length === 0)
    return good(
      'reverse',
      `${host} is on this machine or network: the address it sends from cannot be seen from here.`,
      'Check the address that your email is sent from: its name must resolve back to it.',
      { finding: 'unseen', values: { relay: host } },
    );
  for (const address of outside) {
    const names = await records(dns.reverse(address));
    const back = await Promise.all(names.map((name) => addressesOf(dns, name)));
    if (!back.flat().includes(address))
      return bad(
        'reverse',
        names.length > 0
          ? `${address} has the name ${names.join(', ')}, which does not resolve back to it.`
          : `${address} (${host}) has no name.`,
        'Ask your relay’s provider for a PTR record whose name resolves back to the address: many receivers refuse email without it.',
        { finding: names.length > 0 ? 'elsewhere' : 'missing', values: { address, relay: host } },
      );
  }
  return good('reverse', `${outside.join(', ')} (${host}) have names that resolve back to them.`);
}

/**
 * Whether the name that a relay calls itself by has an address: receivers look it up when the relay greets them with it
 * (RFC 5321, 4.1.1.1). `greeted` is what it said to us; a relay within a network may say another name to the outside.
 */
export async function checkHelo(dns: Dns, relay: string, greeted: string): Promise<Check> {
  const values = { relay, helo: greeted };
  if (/^\[.*\]$/.test(greeted)) return good('helo', `${relay} calls itself ${greeted}`);
  if (!greeted.includes('.') || (await addressesOf(dns, greeted)).length === 0)
    return good(
      'helo',
      `${relay} calls itself “${greeted}”, which has no address.`,
      'If it greets receivers with that name, give it one that resolves (Postfix: smtp_helo_name, Exim: primary_hostname).',
      { finding: 'nowhere', values },
    );
  return good('helo', `${relay} calls itself ${greeted}, which has an address`);
}
