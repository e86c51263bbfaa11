import { hash, verify } from '@node-rs/argon2';

/** The fewest characters of a password; the command line, the set-up page and config.ts say the same. */
export const shortestPassword = 10;

/** argon2id with the library's own cost: 19 MiB, 2 passes. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'));
}

let nobody: Promise<string> | undefined;

/**
 * Whether a password belongs to a hash. Without a hash (nobody has that address) it works just as long
 * and says no, so that the time of the answer does not tell which addresses have an account.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const typed = password.normalize('NFKC');
  if (stored !== null) return verify(stored, typed);
  nobody ??= hash('nobody signs in with this');
  await verify(await nobody, typed);
  return false;
}
