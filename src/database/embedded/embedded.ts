import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { chooseAccount } from './account.ts';
import { settle, urlOf } from './answer.ts';
import { findBinaries } from './binaries.ts';
import { bringUp, makeCluster } from './cluster.ts';
import { readPlace } from './location.ts';
import { makePlace, placesForBinaries, removeOutside } from './place.ts';
import { signalPostmaster, stopPostmaster } from './postmaster.ts';
import { removeSockets, sweepSockets } from './sockets.ts';

/** A running embedded PostgreSQL that this process answers for. */
export interface Embedded {
  /** The address of a database in it; the database itself is made by `createDatabase`. */
  url(database?: string): string;
  /** True if the server was running already: left by a start that was killed. */
  adopted: boolean;
  /** Where its files lie: DATA_DIR/postgres, or elsewhere when its account cannot go there. */
  cluster: string;
  /** Ends the server after its open transactions are rolled back. May be called twice. */
  stop(): Promise<void>;
  /** SIGKILL to the server, as a crash would: for tests of recovery. */
  kill(): void;
}

/**
 * Starts the PostgreSQL of a DATA_DIR, or adopts the one that runs there. Makes the cluster at the
 * first start. Call `ownDataDir` before: one process owns a server and stops it. When this process
 * exits without `stop`, the server is told to end; after SIGKILL it stays, for the next start to
 * adopt.
 * @throws EmbeddedFailed, NoEmbeddedPostgres, NoAccount or UnusableDataDir, each saying what to do
 */
export async function startEmbedded(
  dataDir: string,
  { flags = [], log = () => undefined }: { flags?: string[]; log?: (line: string) => void } = {},
): Promise<Embedded> {
  fs.mkdirSync(dataDir, { recursive: true });
  const home = fs.realpathSync(resolve(dataDir));
  const account = chooseAccount(readPlace(home).cluster);
  const place = makePlace(home, account, log);
  sweepSockets();
  const adopted = (await settle(place)) === 'ready';
  if (!adopted) {
    const binaries = findBinaries(account, placesForBinaries(home, account));
    await makeCluster(binaries, place, account, log);
    await bringUp(binaries, place, account, flags, join(home, 'postgres.log'));
  }
  const atExit = () => signalPostmaster(place.cluster, 'SIGINT');
  process.once('exit', atExit);
  return {
    adopted,
    cluster: place.cluster,
    url: (database = 'gaceta') => urlOf(place.sockets, database),
    async stop() {
      process.removeListener('exit', atExit);
      await stopPostmaster(place.cluster);
      removeSockets(home, place);
    },
    kill() {
      process.removeListener('exit', atExit);
      signalPostmaster(place.cluster, 'SIGKILL');
    },
  };
}

/** The server that runs for this DATA_DIR, or null; waits for one that is just starting. */
export async function attachEmbedded(
  dataDir: string,
): Promise<{ url(database?: string): string } | null> {
  if (!fs.existsSync(dataDir)) return null;
  const place = readPlace(fs.realpathSync(dataDir));
  if ((await settle(place)) !== 'ready') return null;
  return { url: (database = 'gaceta') => urlOf(place.sockets, database) };
}

/** Removes the database of a DATA_DIR for good, wherever its files lie, after stopping it: the demo
 * begins anew each time. Also removes DATA_DIR itself. */
export async function eraseEmbedded(dataDir: string): Promise<void> {
  if (!fs.existsSync(dataDir)) return;
  const home = fs.realpathSync(dataDir);
  const place = readPlace(home);
  await stopPostmaster(place.cluster);
  removeSockets(home, place);
  removeOutside(home, place);
  fs.rmSync(home, { recursive: true, force: true });
}
