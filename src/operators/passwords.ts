import { hash, verify } from '@node-rs/argon2';

/** The fewest characters of a password; the command line, the set-up page and config.ts say the same. */
export const shortestPassword = 10;
const LONGEST = 1000;

/** Fewer guesses than this (10^8) and a password is on the lists that are tried first. */
const LEAST_SCORE = 3;

/** What is wrong with a password. */
export type PasswordFault = 'short' | 'long' | 'weak';

/** More passwords are being checked than this process can keep up with: try again in a few seconds. */
export class TooBusy extends Error {
  override name = 'TooBusy';
  readonly retryAfterSeconds = 3;
}

/**
 * What is wrong with a password, if anything: too short, longer than anybody types, or easily guessed.
 * `known` are words that an attacker would try for this person first, such as their address.
 */
export async function passwordFault(
  password: string,
  known: string[],
): Promise<PasswordFault | undefined> {
  const typed = password.normalize('NFKC');
  if (typed.length < shortestPassword) return 'short';
  if (typed.length > LONGEST) return 'long';
  strength ??= openStrength();
  const words = [...known.flatMap((word) => [word, ...word.split(/\W+/)]), ...ours];
  const { score } = (await strength).check(
    typed,
    words.filter((word) => word.length > 2),
  );
  return score < LEAST_SCORE ? 'weak' : undefined;
}

const ours = ['gaceta', 'newsletter', 'newsroom', 'boletin', 'redaccion', 'contraseña', 'clave'];

let strength: ReturnType<typeof openStrength> | undefined;

// Lists of 27 MB, for something done a few times a year: loaded when it is.
async function openStrength() {
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
}

/** argon2id with the library's own cost: 19 MiB, 2 passes. Throws TooBusy. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize('NFKC')));
}

let nobody: Promise<string> | undefined;

/**
 * Whether a password belongs to a hash. Without a hash (nobody has that address) it works just as long
 * and says no, so that the time of the answer does not tell which addresses have an account. Throws TooBusy.
 */
export function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const typed = password.normalize('NFKC');
  return inTurn(async () => {
    if (stored !== null) return verify(stored, typed);
    nobody ??= hash('nobody signs in with this');
    await verify(await nobody, typed);
    return false;
  });
}

// Each takes a thread for some 50 ms, of four that files and names are also looked up with. Two at a time
// leave the readers' pages as quick as they were.
const AT_ONCE = 2;
const MOST_WAITING = 40;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING)
      throw new TooBusy('Too many passwords are being checked at this moment: try again shortly.');
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  } else running += 1;
  try {
    return await work();
  } finally {
    // its place goes to the next one in the queue
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
