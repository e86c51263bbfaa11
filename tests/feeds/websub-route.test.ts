import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { openContext } from '../../src/context.ts';
import { addFeed, getFeed } from '../../src/feeds/feeds.ts';
import { callbackPath } from '../../src/feeds/websub.ts';
import { websubRoutes } from '../../src/http/websub.ts';
import { openLog } from '../../src/process/log.ts';
import { newsletter } from '../articles/fixtures/newsroom.ts';
import { freshDatabase } from '../harness/database.ts';

const config = loadConfig({ LOG_LEVEL: 'silent' });
const context = await openContext(config, await freshDatabase(), openLog('silent', 'test'));
const server = createServer(express().use('/websub', websubRoutes(context)));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await context.close();
});

const topic = 'https://port.example/feed';
await newsletter(context.db, 'daily');
const { id } = await addFeed(context.db, { newsletter: 'daily', url: topic }, new Date());
await context.db.updateTable('feeds').set({ hubSecret: 'known' }).where('id', '=', id).execute();
const door = `http://127.0.0.1:${port}${callbackPath(context.secrets[0] ?? '', id)}`;

test('the hub gets its challenge back as plain text for what was asked, and else 404', async () => {
  const challenge = '<script>alert(1)</script>';
  const ask = (asked: string) =>
    fetch(
      `${door}?${new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.topic': asked, 'hub.challenge': challenge, 'hub.lease_seconds': '864000' }).toString()}`,
    );
  const answer = await ask(topic);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await answer.text()).toBe(challenge);
  expect((await ask('https://port.example/other')).status).toBe(404);
  const query = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.topic': topic });
  for (const guess of [
    `${door}x`,
    `http://127.0.0.1:${port}/websub/${id}`,
    door.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
  ])
    expect((await fetch(`${guess}?${query.toString()}`)).status, guess).toBe(404);
});

test('a signed word makes the feed due; an unsigned one is answered alike and changes nothing', async () => {
  const push = (signature: string) =>
    fetch(door, {
      method: 'POST',
      body: '<feed/>',
      headers: { 'content-type': 'application/atom+xml', 'x-hub-signature': signature },
    });
  const before = (await getFeed(context.db, id)).nextFetchAt;
  expect((await push('sha256=00')).status).toBe(202);
  expect((await getFeed(context.db, id)).nextFetchAt).toEqual(before);
  const digest = createHmac('sha256', 'known').update('<feed/>').digest('hex');
  expect((await push(`sha256=${digest}`)).status).toBe(202);
  const due = (await getFeed(context.db, id)).nextFetchAt;
  expect(due?.getTime()).toBeLessThan(before?.getTime() ?? 0);
});
