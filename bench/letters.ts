import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { openLimitedSink } from './limited-sink.ts';
import { openNewsroom } from './newsroom.ts';
import { type Role, redisIsThere, startRedis, startRole } from './service.ts';

// How many letters a second one worker hands over, with the queue in PostgreSQL and on Redis, in turn.

const { values } = parseArgs({
  options: {
    letters: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const letters = Number(values.letters);

const newsroom = await openNewsroom(10);
const { db, folder, databaseUrl } = newsroom;
const sink = await openLimitedSink();
const redis = redisIsThere() ? await startRedis() : undefined;

async function measure(queue: 'postgres' | 'redis'): Promise<number> {
  const before = sink.taken.length;
  await sql`
    insert into letters (kind, email, language, content)
    select 'erased', 'reader-' || n || '@letters.test', 'en', jsonb_build_object('requestedAt', now())
    from generate_series(1, ${letters}::integer) n`.execute(db);
  const worker: Role = await startRole('worker', {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    MAIL_FROM: 'The Daily <daily@example.test>',
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    ...(queue === 'redis' && redis && { REDIS_URL: redis.url }),
  });
  while (sink.taken.length < before + letters) await new Promise((done) => setTimeout(done, 50));
  await worker.stop();
  const first = sink.taken[before]?.at ?? 0;
  const last = sink.taken.at(-1)?.at ?? 0;
  return letters / ((last - first) / 1000);
}

const found: { queue: 'postgres' | 'redis'; perSecond: number[] }[] = [
  { queue: 'postgres', perSecond: [] },
  ...(redis ? [{ queue: 'redis' as const, perSecond: [] }] : []),
];
// in turn, so that a busy minute of the machine meets both
for (let run = 0; run < Number(values.runs); run += 1)
  for (const { queue, perSecond } of found) {
    perSecond.push(Math.round((await measure(queue)) * 10) / 10);
    process.stderr.write(`letters by ${queue}: ${perSecond.at(-1)} a second\n`);
  }
if (values.json) process.stdout.write(`${JSON.stringify({ letters, found })}\n`);
else
  for (const { queue, perSecond } of found)
    process.stdout.write(`letters, queue in ${queue}: ${perSecond.join(', ')} a second\n`);

redis?.child.kill();
await sink.close();
await newsroom.close();
