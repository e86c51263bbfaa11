import { createPublicKey } from 'node:crypto';
import { DkimError, type DkimKey, loadDkimKeys, parseDkim } from '../relays/dkim/keys.ts';
import { bad, type Check, good } from './check.ts';
import { type Dns, texts } from './dns.ts';

/** Whether each key of DKIM= is published as it is, and one of them vouches for the sender's domain (RFC 6376). */
export async function checkDkim(dns: Dns, domain: string, dkim: string[]): Promise<Check> {
  if (dkim.length === 0)
    return good(
      'dkim',
      'DKIM is unset: nothing is signed here.',
      'If your relay does not sign for you, create a key (openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048), publish it, and set DKIM=selector:domain:keyfile.',
      { finding: 'unset' },
    );
  let keys: DkimKey[];
  try {
    keys = await loadDkimKeys(parseDkim(dkim.join(',')));
  } catch (error) {
    if (!(error instanceof DkimError)) throw error;
    return bad('dkim', error.problems.join(' '), 'Correct DKIM=selector:domain:keyfile.', {
      finding: 'fault',
    });
  }
  for (const key of keys) {
    const name = `${key.selector}._domainkey.${key.domain}`;
    const published = (await texts(dns, name)).map((text) => /(?:^|;)\s*p=([^;]*)/.exec(text)?.[1]);
    const wanted = publicPart(key);
    const value = `v=DKIM1; k=${key.algorithm.split('-')[0]}; p=${wanted}`;
    if (!published.some((p) => p?.replaceAll(/\s/g, '') === wanted))
      return bad(
        'dkim',
        published.length > 0
          ? `${name} holds a different key than the ${key.algorithm} key of DKIM.`
          : `${name} is not published.`,
        `Publish a TXT record at ${name}: "${value}"`,
        { finding: published.length > 0 ? 'different' : 'missing', record: { name, value } },
      );
  }
  const aligned = keys.some((key) => domain === key.domain || domain.endsWith(`.${key.domain}`));
  const names = keys.map((key) => `${key.selector}._domainkey.${key.domain}`).join(', ');
  if (aligned) return good('dkim', `${names} published and correct`);
  return bad(
    'dkim',
    `No key signs for ${domain}, the domain of MAIL_FROM: DMARC does not count the others.`,
    `Add a key for ${domain} to DKIM.`,
    { finding: 'unaligned' },
  );
}

/** What `p=` holds: a whole SubjectPublicKeyInfo for RSA, the bare 32 bytes for Ed25519 (RFC 8463). */
function publicPart({ key, algorithm }: DkimKey): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return (algorithm === 'ed25519-sha256' ? der.subarray(-32) : der).toString('base64');
}
