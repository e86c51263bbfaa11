import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Values that travel in an address of ours and that nobody else can read or make, until a time. */
export interface Seal<T> {
  seal(value: T, expires: Date): string;
  /** Undefined when the text is cut, forged, for another purpose or past its time. */
  open(text: unknown): T | undefined;
}

const NONCE = 12;
const TAG = 16;
const BLOCK = 256;

/**
 * Seals values (AES-256-GCM) by the first secret, and opens what any of them sealed. What a page must say after a
 * redirect goes this way: readers have no session, and an address would stand in logs otherwise.
 */
export function openSeal<T>(
  secrets: readonly string[],
  purpose: string,
  now: () => Date = () => new Date(),
): Seal<T> {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)));
  const [sealing] = keys;
  if (!sealing) throw new Error('A seal needs at least one secret');
  return {
    seal(value, expires) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce);
      const json = JSON.stringify([expires.getTime(), value]);
      // padded, so that its length tells little of what is in it
      const text = json.padEnd(Math.ceil(json.length / BLOCK) * BLOCK);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(text) {
      if (typeof text !== 'string') return undefined;
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length <= NONCE + TAG) return undefined;
      for (const key of keys) {
        try {
          const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE));
          cipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
          const opened = cipher.update(bytes.subarray(NONCE + TAG));
          const plain = Buffer.concat([opened, cipher.final()]).toString('utf8');
          const [until, value] = JSON.parse(plain) as [number, T];
          return until > now().getTime() ? value : undefined;
        } catch {
          // not by this key
        }
      }
      return undefined;
    },
  };
}
