import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { freshDatabase, openFreshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { gaceta, type Program } from '../harness/program.ts';
import { freePort, redisMissing, startRedis } from '../harness/redis.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const service = {
  SMTP_URL: 'smtp://127.0.0.1:1',
  MAIL_FROM: 'daily@example.org',
};

function run(role: 'web' | 'worker' | 'migrate', variables: Record<string, string>): Program {
  const program = gaceta([role], { ...service, ...variables });
  undo.push(async () => {
    program.child.kill('SIGTERM');
    await program.ended;
  });
  return program;
}
const ready = (program: Program) =>
  eventually(() => expect(program.stderr()).toContain('"msg":"ready"'));

describe('an empty database', () => {
  const operator = { OPERATOR_EMAIL: 'ana@example.org', OPERATOR_PASSWORD: 'a long enough secret' };

  test('gets its operator and newsletter from those who come first, once', async () => {
    const { db, url } = await openFreshDatabase();
    const variables = { DATABASE_URL: url, ...operator };
    const all = [
      run('migrate', variables),
      run('worker', variables),
      run('web', { ...variables, PORT: String(await freePort()) }),
      run('web', { ...variables, PORT: String(await freePort()) }),
    ];
    await Promise.all(all.slice(1).map(ready));
    expect(await all[0]?.ended).toBe(0);
    expect(await db.selectFrom('operators').select('email').execute()).toEqual([
      { email: 'ana@example.org' },
    ]);
    expect(await db.selectFrom('newsletters').select('slug').execute()).toEqual([
      { slug: 'daily' },
    ]);
    for (const program of all) expect(program.stderr()).not.toContain('set-up link');
  });

  test('prints one set-up link where no operator is named', async () => {
    const { url } = await openFreshDatabase();
    const all = [
      run('migrate', { DATABASE_URL: url }),
      run('web', { DATABASE_URL: url, PORT: String(await freePort()) }),
    ];
    await Promise.all([all[0]?.ended, ready(all[1] as Program)]);
    const links = all.flatMap((program) => program.stderr().match(/\/console\/setup\/\S+/g) ?? []);
    expect(links).toHaveLength(1);
  });
});

test('a web process on a taken port says so in one line and ends', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  undo.push(() => other.close());
  const web = run('web', { DATABASE_URL: await seeded(), PORT: String(port) });
  expect(await web.ended).toBe(1);
  expect(web.stderr()).toMatch(/^Cannot listen on 127\.0\.0\.1:\d+ .*set PORT[^\n]*\n$/);
});

test('a worker that lacks its Redis is not ready, and stops when told to', async () => {
  const port = await freePort();
  const REDIS_URL = `redis://user:secret@127.0.0.1:${port}`;
  const worker = run('worker', { DATABASE_URL: await seeded(), REDIS_URL });
  const lost = `Redis at 127.0.0.1:${port} does not answer (ECONNREFUSED)`;
  await eventually(() => expect(worker.stderr()).toMatch(/not ready: the queue/));
  expect(worker.stderr()).toContain(lost);
  worker.child.kill('SIGTERM');
  // 45 s is when it ends all the same, with 1
  expect(await worker.ended).toBe(0);
  expect(worker.stderr()).not.toContain('"msg":"ready"');
  expect(worker.stderr()).not.toContain('secret');
});

test.skipIf(redisMissing())('what is lost and found again is said once each', async () => {
  const redis = await startRedis();
  const worker = run('worker', { DATABASE_URL: await seeded(), REDIS_URL: redis.url });
  await ready(worker);
  redis.kill();
  await eventually(() => expect(worker.stderr()).toContain('does not answer'));
  const port = Number(new URL(redis.url).port);
  const again = await startRedis(port);
  undo.push(() => again.close());
  await eventually(() => expect(worker.stderr()).toContain('answers again'));
  const lines = worker
    .stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  interface Line {
    level: string;
    msg: string;
    err?: { stack: string };
  }
  const told = lines.filter(({ msg }) => /does not answer|answers again/.test(msg));
  expect(told.map(({ level, msg }) => [level, msg])).toEqual([
    ['error', expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+ does not answer/)],
    ['info', `Redis at 127.0.0.1:${port} answers again`],
  ]);
  expect(lines.filter(({ err }) => err)).toEqual([]);
});

/** A database that somebody has set up already. */
async function seeded(): Promise<string> {
  const url = await freshDatabase();
  const set = gaceta(['operators', 'create', '--email', 'ana@example.org', '--json'], {
    ...service,
    DATABASE_URL: url,
  });
  expect(await set.ended, set.stderr()).toBe(0);
  return url;
}
