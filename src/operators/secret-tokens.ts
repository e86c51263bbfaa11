import { createHash, randomBytes } from 'node:crypto';

/** A new secret of 256 bits in URL-safe letters, behind a prefix that scanners for leaked secrets can know. */
export function newSecret(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** What the database keeps of a secret. 256 random bits need no slow hash. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
