import { createHmac } from 'node:crypto';
import { openDatabase } from '../../database/connection.ts';
import { boundNursery } from '../../process/gc-tuning.ts';
import { stepFarBehind } from '../../process/nice.ts';
import type { ApartEnd, ApartTask } from './apart.ts';
import { NotOurs, workOn } from './run.ts';

// The child process that works on one import, behind who answers readers and who sends. It ends with its channel, and so with
// the process that started it: what it was storing is stored or undone, and another one goes on with the rest.

boundNursery();
stepFarBehind();
const stopper = new AbortController();
process.on('disconnect', () => stopper.abort());
// Ctrl-C in a terminal is for who started it, and then ends the channel
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('message', ({ id, databaseUrl, folder, addressKey }: ApartTask) => {
  void work({ id, databaseUrl, folder, addressKey });
});

async function work({ id, databaseUrl, folder, addressKey }: ApartTask): Promise<void> {
  const { db, close } = openDatabase(databaseUrl, { max: 2 });
  let end: ApartEnd = 'over';
  try {
    await workOn(id, {
      db,
      databaseUrl,
      folder,
      hashAddress: (key) => createHmac('sha256', addressKey).update(key).digest(),
      now: () => new Date(),
      signal: stopper.signal,
    });
  } catch (error) {
    end = error instanceof NotOurs ? 'not ours' : { fault: String((error as Error).stack) };
  }
  await close();
  if (process.connected) process.send?.(end, () => process.disconnect());
}
