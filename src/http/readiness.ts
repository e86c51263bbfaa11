import { answersSoon, type SendingWatch } from '../actions/watch-sending.ts';
import type { Context } from '../context.ts';
import { diskIsFull } from '../database/disk.ts';
import { pendingMigrations } from '../database/migrate.ts';
import { workersAlive } from '../deliveries/stalled-editions.ts';

/** What the whole service needs to do its work, each true when it is there. */
export interface Checks {
  /** It answers, and its schema is this program's. */
  database: boolean;
  /** It has room on its disk, as far as that can be known from here. */
  disk: boolean;
  queue: boolean;
  /** At least one is alive. */
  workers: boolean;
  /** No edition stands still. */
  sending: boolean;
}

/** Looks at all of it at once, for three seconds at most. */
export async function readiness(
  { db, queues }: Context,
  sending: Pick<SendingWatch, 'stalls'>,
): Promise<Checks> {
  const [database, disk, queue, workers] = await Promise.all([
    answersSoon(must(pendingMigrations(db), (pending) => pending.length === 0)),
    answersSoon(must(diskIsFull(db), (full) => !full)),
    answersSoon(queues.counts('deliver')),
    answersSoon(must(workersAlive(db), (alive) => alive > 0)),
  ]);
  return { database, disk, queue, workers, sending: sending.stalls().length === 0 };
}

async function must<T>(promise: Promise<T>, holds: (value: T) => boolean): Promise<void> {
  if (!holds(await promise)) throw new Error('not ready');
}
