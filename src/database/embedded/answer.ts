import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedFailed, UnusableDataDir } from './errors.ts';
import type { Place } from './location.ts';
import { findPostmaster } from './postmaster.ts';

const PATIENCE_SECONDS = 60;

/** What a server told a client that asked for nothing but an answer. */
export type Answer = 'ready' | 'starting' | 'absent';

/** The address of one database of the server whose sockets lie in that folder. Every part is
 * named, so that PGPORT, PGSSLMODE or PGOPTIONS of the user's shell do not leak in (a blank, since the
 * driver takes an empty value for none); `host` is the one that
 * counts, "localhost" makes it a URL for programs that are strict about it. */
export function urlOf(sockets: string, database: string): string {
  const host = encodeURIComponent(sockets);
  return `postgresql://gaceta@localhost/${encodeURIComponent(database)}?host=${host}&port=5432&sslmode=disable&options=%20`;
}

/**
 * Asks the server that listens in that folder. A full server ("too many clients") is a ready one.
 * @throws UnusableDataDir when that folder is closed to us
 */
export async function ask(sockets: string): Promise<Answer> {
  const client = new pg.Client({
    connectionString: urlOf(sockets, 'postgres'),
    connectionTimeoutMillis: 5000,
  });
  client.on('error', () => undefined); // it may end while it answers; the query below says so
  try {
    await client.connect();
    await client.query('select 1');
    return 'ready';
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '53300') return 'ready';
    if (code === 'EACCES') {
      throw new UnusableDataDir(
        `${sockets} belongs to another account: run this as the account that runs gaceta start.`,
      );
    }
    return code === '57P03' ? 'starting' : 'absent';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Asks until the server is ready or not there at all.
 * @throws EmbeddedFailed when one is there and does not answer within a minute
 */
export async function settle(place: Place): Promise<'ready' | 'absent'> {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const answer = await ask(place.sockets);
    if (answer === 'ready') return 'ready';
    const pid = findPostmaster(place.cluster);
    if (answer === 'absent' && pid === null) return 'absent';
    if (Date.now() > end) {
      throw new EmbeddedFailed(
        `The PostgreSQL of ${place.cluster} runs as process ${pid} and has not answered for ${PATIENCE_SECONDS} s: see postgres.log in DATA_DIR, or end that process.`,
      );
    }
    await setTimeout(50);
  }
}
