import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** What was sealed cannot be opened: SECRET was replaced, and the one before is not listed behind it. */
export class Unsealable extends Error {
  override name = 'Unsealable';
}

/**
 * Encrypts what the database must be able to give back, so that a copy of it alone is of no use (AES-256-GCM
 * under keys derived from SECRET). `about` binds a value to its row: elsewhere it does not open.
 */
export interface Sealing {
  seal(text: string, about: string): Buffer;
  /** Throws Unsealable. */
  open(sealed: Buffer, about: string): string;
}

/** Seals under the newest secret, opens under each of them. */
export function openSealing(secrets: readonly string[]): Sealing {
  const keys = secrets.map((secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'gaceta sealed values', 32)),
  );
  return {
    seal(text, about) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', keys[0] ?? '', nonce);
      cipher.setAAD(Buffer.from(about));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, about) {
      for (const key of keys)
        try {
          const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE));
          decipher.setAAD(Buffer.from(about));
          decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
          const body = decipher.update(sealed.subarray(NONCE + TAG));
          return Buffer.concat([body, decipher.final()]).toString('utf8');
        } catch {
          // sealed under another one
        }
      throw new Unsealable('A sealed value opens under none of the secrets.');
    },
  };
}
