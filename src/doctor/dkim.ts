import type { SigningKeys } from '../identity/signing.ts';
import { keysFor } from '../identity/signing.ts';
import { dkimRecord, type PublicKey, publicKeyOf } from '../relays/dkim/record.ts';
import { bad, type Check, good } from './check.ts';
import { type Dns, texts } from './dns.ts';

/** How a key's record stands in the DNS. An empty `p=` says that a key is revoked (RFC 6376, 3.6.1). */
export async function publishedAs(
  dns: Dns,
  key: PublicKey,
): Promise<'same' | 'different' | 'missing'> {
  const { name } = dkimRecord(key);
  const published = (await texts(dns, name)).map(
    (text) => /(?:^|;)\s*p\s*=([^;]*)/.exec(text)?.[1],
  );
  if (published.some((p) => p?.replaceAll(/\s/g, '') === key.p)) return 'same';
  return published.length > 0 ? 'different' : 'missing';
}

/** Whether each key that signs for a domain is published as it is, and one of them is of that domain (RFC 6376). */
export async function checkDkim(dns: Dns, domain: string, keys: SigningKeys): Promise<Check> {
  const [fault] = keys.faults;
  if (fault !== undefined)
    return bad(
      'dkim',
      keys.faults.join(' '),
      'Correct DKIM=selector:domain:keyfile, or SECRET: the one that sealed the key stands behind the newest.',
      { finding: 'fault' },
    );
  const used = keysFor(domain, keys.set, keys.stored);
  if (used.length === 0)
    return good(
      'dkim',
      `Nothing is signed here for ${domain}.`,
      `If your relay does not sign for you, run "gaceta dkim rotate --domain ${domain}", which makes a key and says what to publish.`,
      { finding: 'unset' },
    );
  for (const key of used.map(publicKeyOf)) {
    const record = dkimRecord(key);
    const published = await publishedAs(dns, key);
    if (published !== 'same')
      return bad(
        'dkim',
        published === 'different'
          ? `${record.name} holds a different key than the ${key.type} key that emails are signed with.`
          : `${record.name} is not published.`,
        `Publish a TXT record at ${record.name}: "${record.value}"`,
        { finding: published, record },
      );
  }
  const names = used.map((key) => `${key.selector}._domainkey.${key.domain}`).join(', ');
  if (used.some((key) => `.${domain}`.endsWith(`.${key.domain}`)))
    return good('dkim', `${names} published and correct`);
  return bad(
    'dkim',
    `No key signs for ${domain}: DMARC does not count the others (${names}).`,
    `Run "gaceta dkim rotate --domain ${domain}".`,
    { finding: 'unaligned' },
  );
}
