import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Account, mayEnter } from './account.ts';
import { UnusableDataDir } from './errors.ts';
import { isWithin, type Place, pointerOf, readPlace, writePlace } from './location.ts';
import { makeSockets } from './sockets.ts';

/** Where a database goes that cannot lie in DATA_DIR: root's clone in a closed folder. */
const OUTSIDE = '/var/lib/gaceta';

/**
 * Makes the server's folders in reach of `account`, and answers where they are. What cannot lie in
 * DATA_DIR goes elsewhere, with a pointer to it left in DATA_DIR: the cluster when root works in a
 * closed folder, the socket when its path is too long for one.
 * @throws UnusableDataDir with what to do about it
 */
export function makePlace(dataDir: string, account: Account, log: (line: string) => void): Place {
  if (account.uid !== undefined) openDoor(dataDir);
  let place = readPlace(dataDir);
  if (!isWithin(dataDir, place.cluster)) claimOutside(dataDir, place);
  else if (!mayEnter(account, dataDir)) place = placeOutside(dataDir, account);
  if (!isWithin(dataDir, place.cluster)) {
    log(
      `PostgreSQL runs as ${account.name}, which cannot enter ${dataDir}: its database is in ${place.cluster}`,
    );
  }
  if (account.uid !== undefined) nameStrays(log);
  return makeSockets(dataDir, place, account);
}

/** Says which databases lie outside that no DATA_DIR names. Never deletes one: the folder may be on a
 * disk that is not mounted today. */
function nameStrays(log: (line: string) => void): void {
  if (!fs.existsSync(OUTSIDE)) return;
  for (const name of fs.readdirSync(OUTSIDE)) {
    const record = join(OUTSIDE, name, 'data-dir');
    if (!fs.existsSync(record)) continue;
    const owner = fs.readFileSync(record, 'utf8');
    if (names(owner, join(OUTSIDE, name, 'postgres'))) continue;
    log(
      `${dirname(record)} holds a database that ${owner} no longer names: delete it if nobody needs it`,
    );
  }
}

/** Folders that a copy of the programs may go to, best first. */
export function placesForBinaries(dataDir: string, account: Account): string[] {
  if (account.uid === undefined) return [dataDir];
  return [OUTSIDE, join(fs.realpathSync(tmpdir()), 'gaceta')].filter(makeOurs);
}

/** Removes the folder of a cluster that lies outside of this DATA_DIR and belongs to it. */
export function removeOutside(dataDir: string, { cluster }: Place): void {
  const home = dirname(cluster);
  const record = join(home, 'data-dir');
  if (isWithin(dataDir, cluster) || !fs.existsSync(record)) return;
  if (fs.readFileSync(record, 'utf8') !== dataDir) return;
  fs.rmSync(home, { recursive: true, force: true });
}

/** Whether a DATA_DIR has its database there; one with a damaged pointer might. */
function names(dataDir: string, cluster: string): boolean {
  try {
    return readPlace(dataDir).cluster === cluster;
  } catch {
    return true;
  }
}

/** Root's `mktemp -d` is 0700: the account must be able to pass through, and no more than that. */
function openDoor(dataDir: string): void {
  const { mode } = fs.statSync(dataDir);
  if ((mode & 0o001) === 0) fs.chmodSync(dataDir, (mode & 0o777) | 0o011);
}

function placeOutside(dataDir: string, account: Account): Place {
  if (account.uid === undefined || !makeOurs(OUTSIDE) || !mayEnter(account, OUTSIDE)) {
    throw new UnusableDataDir(
      `PostgreSQL runs as ${account.name}, which can enter neither ${dataDir} nor ${OUTSIDE}: ` +
        'set DATA_DIR to a folder that it can reach, such as /srv/gaceta, or set DATABASE_URL.',
    );
  }
  const inside = join(dataDir, 'postgres');
  if (fs.existsSync(inside)) {
    throw new UnusableDataDir(
      `PostgreSQL runs as ${account.name}, which can no longer enter ${dataDir}, where its database is: ` +
        `open the folders above it ("chmod o+x"), or move ${inside} to where it can go.`,
    );
  }
  const home = fs.mkdtempSync(join(OUTSIDE, 'data-'));
  fs.chmodSync(home, 0o711);
  fs.writeFileSync(join(home, 'data-dir'), dataDir);
  const place = { cluster: join(home, 'postgres'), sockets: join(home, 'run') };
  writePlace(dataDir, place);
  return place;
}

/** A DATA_DIR that was moved takes its cluster along; one that was copied must not share it. */
function claimOutside(dataDir: string, { cluster }: Place): void {
  const record = join(dirname(cluster), 'data-dir');
  if (!fs.existsSync(record)) {
    throw new UnusableDataDir(
      `${pointerOf(dataDir)} says that the database is ${cluster}, and it is not there: ` +
        'put it back, or delete that file to begin with an empty database.',
    );
  }
  const owner = fs.readFileSync(record, 'utf8');
  if (owner === dataDir) return;
  if (fs.existsSync(pointerOf(owner)) && readPlace(owner).cluster === cluster) {
    throw new UnusableDataDir(
      `${dataDir} is a copy of ${owner}, and both name the database in ${cluster}: ` +
        `delete ${pointerOf(dataDir)} to begin with an empty database there.`,
    );
  }
  fs.writeFileSync(record, dataDir);
}

/** Makes a folder that all may enter; false unless it is ours alone to write in. */
function makeOurs(folder: string): boolean {
  try {
    if (fs.mkdirSync(folder, { recursive: true }) !== undefined) fs.chmodSync(folder, 0o755);
    const found = fs.lstatSync(folder);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
