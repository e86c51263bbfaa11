import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { openContext } from '../../src/context.ts';
import { createApiToken } from '../../src/operators/api-tokens.ts';
import { openLog } from '../../src/process/log.ts';
import { freshDatabase } from '../harness/database.ts';
import { listenWhileTesting } from '../harness/listen.ts';
import { openDoor } from './fixtures/door.ts';

test('a database that stops answering is a 503 that says when to come back, and then all is as before', async () => {
  const door = await openDoor(await freshDatabase());
  const context = await openContext(loadConfig({}), door.url, openLog('silent', 'test'));
  onTestFinished(() => {
    door.thaw();
    return context.close();
  });
  const { token } = await createApiToken(context.db, { name: 'x', role: 'viewer' });
  const base = await listenWhileTesting(createServer(createApp(context)));
  const page = () => fetch(`${base}/archive`);
  expect((await page()).status).toBe(200);

  door.freeze();
  const answers = await Promise.all([
    page(),
    page(),
    fetch(`${base}/api/v1/newsletters`, { headers: { Authorization: `Bearer ${token}` } }),
  ]);
  for (const answer of answers)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  expect(answers[2]?.headers.get('content-type')).toContain('problem+json');
  const ready = await fetch(`${base}/readyz`);
  expect([ready.status, ((await ready.json()) as { checks: object }).checks]).toMatchObject([
    503,
    { database: false },
  ]);

  door.thaw();
  expect((await page()).status).toBe(200);
});
