import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import { openContext } from '../../../src/context.ts';
import { createApiToken } from '../../../src/operators/api-tokens.ts';
import { openLog } from '../../../src/process/log.ts';
import { freshDatabase } from '../../harness/database.ts';
import { openDoor } from '../fixtures/door.ts';

it('while the database is away it is 503, and then again as before', async () => {
  const door = await openDoor(await freshDatabase());
  const log = openLog('silent', 'test');
  const context = await openContext(loadConfig({}), door.url, log);
  const { token } = await createApiToken(context.db, { name: 'x', role: 'viewer' });
  const server = createHttp(createApp(context));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const list = () =>
    fetch(`${base}/api/v1/newsletters`, { headers: { Authorization: `Bearer ${token}` } });
  expect((await list()).status).toBe(200);

  await door.shut();
  for (const _ of [1, 2, 3]) {
    const away = await list();
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await away.text()).not.toContain('127.0.0.1');
  }
  const page = await fetch(`${base}/console`, { headers: { Accept: 'text/html' } });
  expect([page.status, page.headers.get('content-type')]).toEqual([
    503,
    'text/html; charset=utf-8',
  ]);

  await door.open();
  await expect.poll(async () => (await list()).status).toBe(200);
  server.close();
  server.closeAllConnections();
  await context.close();
});
