import { createPublicKey } from 'node:crypto';
import type { DkimKey } from './keys.ts';

/** What a key's record is made of. */
export interface PublicKey {
  selector: string;
  domain: string;
  type: 'rsa' | 'ed25519';
  /** What `p=` holds: a whole SubjectPublicKeyInfo for RSA, the bare 32 bytes for Ed25519 (RFC 8463). */
  p: string;
}

export function publicKeyOf({ selector, domain, algorithm, key }: DkimKey): PublicKey {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const ed25519 = algorithm === 'ed25519-sha256';
  return {
    selector,
    domain,
    type: ed25519 ? 'ed25519' : 'rsa',
    p: (ed25519 ? der.subarray(-32) : der).toString('base64'),
  };
}

/** The TXT record to publish (RFC 6376, 3.6). */
export const dkimRecord = ({ selector, domain, type, p }: PublicKey) => ({
  name: `${selector}._domainkey.${domain}`,
  value: `v=DKIM1; k=${type}; p=${p}`,
});
