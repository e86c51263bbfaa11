import { expect, test } from 'vitest';
import { CHECKS } from '../../demo/story.ts';
import { freshDatabase } from '../harness/database.ts';
import { gaceta } from '../harness/program.ts';
import { redisMissing, startRedis } from '../harness/redis.ts';

async function demo(variables: Record<string, string>) {
  const program = gaceta(['demo', '--exit', '--json'], {
    PORT: '0',
    MAILBOX_PORT: '0',
    ...variables,
  });
  const code = await program.ended;
  const lines = program.stdout().trim().split('\n');
  expect(lines, program.stderr()).toHaveLength(1);
  return { code, stderr: program.stderr(), answer: JSON.parse(lines[0] ?? '') };
}
const allSeen = Object.fromEntries(CHECKS.map((name) => [name, true]));

test('the whole job happens on the embedded defaults', async () => {
  const { code, answer, stderr } = await demo({});
  expect(answer, stderr).toEqual({ ok: true, seconds: expect.any(Number), checks: allSeen });
  expect(code).toBe(0);
});

test.skipIf(redisMissing())('the same on a PostgreSQL and a Redis of one’s own', async () => {
  const redis = await startRedis();
  try {
    const { code, answer, stderr } = await demo({
      DATABASE_URL: await freshDatabase(),
      REDIS_URL: redis.url,
    });
    expect(answer, stderr).toEqual({ ok: true, seconds: expect.any(Number), checks: allSeen });
    expect(code).toBe(0);
  } finally {
    await redis.close();
  }
});
