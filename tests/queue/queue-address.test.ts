import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openQueues } from '../../src/queue/queues.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';

test('the queue works on a database whose address has options of its own', async () => {
  const { db, url } = await openFreshDatabase();
  const address = url.replace(/&?options=[^&]*/, '');
  const queues = openQueues(
    { redisUrl: undefined },
    `${address}&options=${encodeURIComponent('-c lock_timeout=4321 -c statement_timeout=9s')}`,
    pino({ level: 'silent' }),
  );
  const done: string[] = [];
  queues.work('letters', async ({ letter }) => void done.push(letter), 1);
  expect(await queues.enqueueLetters(['7'])).toBe(true);
  await eventually(() => expect(done).toEqual(['7']));
  const { rows } = await sql<{ count: string }>`
    select count(*) from pg_stat_activity
    where application_name = 'gaceta-queue' and datname = current_database()`.execute(db);
  expect(Number(rows[0]?.count)).toBeGreaterThan(0);
  await queues.close();
});
