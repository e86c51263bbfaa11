import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Account } from './account.ts';
import { type Place, writePlace } from './location.ts';

/** The kernel takes 107 bytes for a socket's path; PostgreSQL adds `/.s.PGSQL.5432`. */
const LONGEST = 107 - '/.s.PGSQL.5432'.length;
const PREFIX = 'gaceta-run-';

/**
 * Makes the folder of the server's socket, for its account alone: beside the cluster, or where
 * that path is too long for a socket, a new one in the system's temporary folder.
 */
export function makeSockets(dataDir: string, place: Place, account: Account): Place {
  const beside = join(dirname(place.cluster), 'run');
  const fits = Buffer.byteLength(beside) <= LONGEST;
  const kept = !fits && fs.existsSync(place.sockets) && place.sockets !== beside;
  const sockets = fits ? beside : kept ? place.sockets : fs.mkdtempSync(join(shortRoot(), PREFIX));
  if (fits) fs.mkdirSync(sockets, { recursive: true });
  if (account.uid !== undefined) fs.chownSync(sockets, account.uid, account.gid ?? 0);
  fs.chmodSync(sockets, 0o700);
  writePlace(dataDir, { ...place, sockets });
  return { ...place, sockets };
}

/** Takes away a socket folder in the temporary folder; the next start makes another. */
export function removeSockets(dataDir: string, place: Place): void {
  if (dirname(place.sockets) === dirname(place.cluster)) return;
  fs.rmSync(place.sockets, { recursive: true, force: true });
  writePlace(dataDir, { ...place, sockets: join(dataDir, 'run') });
}

/** Removes socket folders whose server is gone, left when it was killed and never started again. */
export function sweepSockets(): void {
  for (const name of fs.readdirSync(shortRoot())) {
    const folder = join(shortRoot(), name);
    if (!name.startsWith(PREFIX) || !isDead(join(folder, '.s.PGSQL.5432.lock'))) continue;
    try {
      fs.rmSync(folder, { recursive: true, force: true });
    } catch {
      // another account's: not ours to remove
    }
  }
}

function shortRoot(): string {
  const root = fs.realpathSync(tmpdir());
  return Buffer.byteLength(root) + PREFIX.length + 8 <= LONGEST ? root : '/tmp';
}

/** Whether the process named in a lock file is gone. */
function isDead(lock: string): boolean {
  try {
    process.kill(Number.parseInt(fs.readFileSync(lock, 'utf8'), 10), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
