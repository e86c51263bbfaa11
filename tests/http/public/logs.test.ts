import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { openLog } from '../../../src/process/log.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, tokensFor } from './fixtures/site.ts';

test('the log of all a reader does holds no address and no token', async () => {
  let written = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  const site = await openSite({}, undefined, openLog('info', 'test', sink));
  const daily = await makeNewsletter(site.context.db, 'daily');
  await site.postJson('/subscribe', { email: 'quiet.reader@example.org', name: 'Zoraida' });
  await site.post('/subscribe', { email: 'not@@an.address' });
  const tokens = await tokensFor(site.context, 'quiet.reader@example.org');
  const leaving = tokens.unsubscribe(daily.id);
  await site.get(`/confirm/${tokens.confirm}`);
  await site.post(`/confirm/${tokens.confirm}`, {});
  await site.get(`/preferences/${tokens.preferences}?saved=1`);
  await site.get(`/privacy/${tokens.privacy}`);
  await site.get(`/privacy/${tokens.privacy}/data.json`);
  await site.post(`/privacy/${tokens.privacy}/address`, { email: 'other.reader@example.org' });
  await site.post(`/unsubscribe/${leaving}`, { 'List-Unsubscribe': 'One-Click' });
  await site.get(`/unsubscribe/${leaving}x`);
  await expect.poll(() => written.split('\n').length).toBeGreaterThan(10);
  expect(written).toContain('/unsubscribe/:token');
  expect(written).toContain('/privacy/:token/data.json');
  for (const secret of [
    'reader',
    'Zoraida',
    'an.address',
    ...Object.values(tokens).filter((one) => typeof one === 'string' && one.length > 20),
    leaving,
  ])
    expect(written).not.toContain(secret);
});
