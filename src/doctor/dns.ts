import dns, { Resolver } from 'node:dns/promises';
import { bad, type Check, good } from './check.ts';

/** The part of node's resolver that is asked. */
export type Dns = Pick<Resolver, 'resolveTxt' | 'resolveMx' | 'resolve4' | 'resolve6' | 'reverse'>;

/** The name servers of this machine, or of this process where it names others, asked for a few seconds at most. */
export function systemDns(): Dns {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  // asked of the module itself: a name that is imported from it keeps the servers of the start
  resolver.setServers(dns.getServers());
  return resolver;
}

/** The name servers do not answer: then nothing can be said about a domain. */
class NoAnswer extends Error {}

/** Records of a name; empty where there are none. Throws NoAnswer. */
async function records<T>(ask: Promise<T[]>): Promise<T[]> {
  try {
    return await ask;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw new NoAnswer(`The name server does not answer (${code ?? message}).`);
  }
}

/** Runs a check; without an answer of the name server it fails and says so. */
export async function asked(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return bad(
      name,
      error.message,
      "Look at this machine's DNS (/etc/resolv.conf), then try again.",
      { finding: 'silent' },
    );
  }
}

/** The text records of a name, each joined from its parts. */
export async function texts(dns: Dns, name: string): Promise<string[]> {
  return (await records(dns.resolveTxt(name))).map((parts) => parts.join(''));
}

/** Who may send for the domain (RFC 7208); `wanted` is the record to publish where there is none. */
export async function checkSpf(
  dns: Dns,
  domain: string,
  wanted = 'v=spf1 include:… -all',
): Promise<Check> {
  const found = (await texts(dns, domain)).filter((text) => /^v=spf1( |$)/i.test(text));
  const [record] = found;
  if (record === undefined)
    return bad(
      'spf',
      `${domain} has no SPF record.`,
      `Publish a TXT record at ${domain}: "${wanted}", or as your relay’s provider describes.`,
      { finding: 'missing', record: { name: domain, value: wanted } },
    );
  if (found.length > 1)
    return bad(
      'spf',
      `${domain} has ${found.length} SPF records: receivers ignore them all.`,
      'Merge them into one TXT record that begins with v=spf1.',
      { finding: 'several' },
    );
  if (/ [+]?all\b/i.test(record))
    return bad(
      'spf',
      `${domain} allows any server to send for it: ${record}`,
      'End the record with -all or ~all instead of all.',
      {
        finding: 'open',
        record: { name: domain, value: record.replace(/ [+]?all\b/i, ' -all') },
      },
    );
  return good('spf', record);
}

/** What receivers do with mail that is neither (RFC 7489): at the domain, or at one above it. */
export async function checkDmarc(dns: Dns, domain: string): Promise<Check> {
  const labels = domain.split('.');
  for (let above = 0; above < labels.length - 1; above++) {
    const name = labels.slice(above).join('.');
    const record = (await texts(dns, `_dmarc.${name}`)).find((text) => /^v=DMARC1\b/i.test(text));
    if (record !== undefined) return good('dmarc', `${name}: ${record}`);
  }
  const record = {
    name: `_dmarc.${domain}`,
    value: `v=DMARC1; p=none; rua=mailto:postmaster@${domain}`,
  };
  return bad(
    'dmarc',
    `${domain} has no DMARC record; Gmail and Yahoo require one from bulk senders.`,
    `Publish a TXT record at ${record.name}: "${record.value}".`,
    { finding: 'missing', record },
  );
}

/** Where answers and delivery reports go. */
export async function checkMx(dns: Dns, domain: string): Promise<Check> {
  const found = await records(dns.resolveMx(domain));
  const hosts = found.map((record) => record.exchange).filter((host) => host !== '');
  if (hosts.length > 0) return good('mx', `${domain}: ${hosts.join(', ')}`);
  return bad(
    'mx',
    `${domain} accepts no email: replies and delivery reports are lost.`,
    `Publish an MX record at ${domain}, or send from a domain that has one (MAIL_FROM).`,
    { finding: 'missing' },
  );
}

/** Whether a relay's addresses have names that resolve back to them. */
export async function checkReverse(dns: Dns, host: string): Promise<Check> {
  const literal = /^[\d.]+$|:/.test(host);
  const addresses = literal
    ? [host]
    : [...(await records(dns.resolve4(host))), ...(await records(dns.resolve6(host)))];
  if (host === 'localhost' || addresses.every(isInside))
    return good(
      'reverse',
      `${host} is on this machine or network: the address it sends from cannot be seen from here.`,
      'Check the address that your email is sent from: its name must resolve back to it.',
    );
  for (const address of addresses.filter((one) => !isInside(one))) {
    const names = await records(dns.reverse(address));
    const back = await Promise.all(
      names.map(async (name) => [
        ...(await records(dns.resolve4(name))),
        ...(await records(dns.resolve6(name))),
      ]),
    );
    if (!back.flat().includes(address))
      return bad(
        'reverse',
        names.length > 0
          ? `${address} has the name ${names.join(', ')}, which does not resolve back to it.`
          : `${address} (${host}) has no name.`,
        'Ask your relay’s provider for a PTR record whose name resolves back to the address: many receivers refuse email without it.',
      );
  }
  return good('reverse', `${addresses.join(', ')} (${host}) have names that resolve back to them.`);
}

const isInside = (address: string) =>
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe[89ab])/i.test(
    address,
  );
