import { describe, expect, it } from 'vitest';
import { deviceOf } from '../../../src/http/console/me/device.ts';
import { translator } from '../../../src/locales/index.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';

describe('one’s own sessions', async () => {
  const { context, browser } = await openConsole({ TRUST_PROXY: '1' });
  const { db } = context;
  const { id } = await createOperator(db, { email: 'ana@example.org', password, role: 'viewer' });
  await createOperator(db, { email: 'bea@example.org', password, role: 'viewer' });
  async function signedIn(email: string, userAgent: string, from: string) {
    const one = browser();
    await one.post(
      '/console/sign-in',
      { email, password },
      { 'Sec-Fetch-Site': 'same-origin', 'User-Agent': userAgent, 'X-Forwarded-For': from },
    );
    return one;
  }
  const ends = (text: string) =>
    [...text.matchAll(/action="(\/console\/me\/sessions\/\d+\/end)"/g)].map((m) => m[1] ?? '');

  it('are listed with device and origin, and end one by one or all but this one', async () => {
    const here = await signedIn('ana@example.org', firefox, '198.51.100.7');
    const phone = await signedIn('ana@example.org', safari, '2001:db8::1');
    const third = await signedIn('ana@example.org', '', '203.0.113.1');
    const page = (await here.get('/console/me')).text;
    for (const words of ['Firefox on Linux', 'Safari on iPhone', 'Unknown browser', '2001:db8::1'])
      expect(page).toContain(words);
    const [last = '', middle = ''] = ends(page);
    expect(ends(page)).toHaveLength(2);
    await here.post(last, {});
    expect((await third.get('/console')).status).toBe(303);
    expect((await phone.get('/console')).status).toBe(200);
    await here.post('/console/me/sessions/end-others', {});
    expect((await phone.get('/console')).status).toBe(303);
    expect((await here.get('/console/me')).status).toBe(200);
    expect((await here.post(middle, {})).status).toBe(303);
    const rows = await db.selectFrom('sessions').select('operatorId').execute();
    expect(rows).toEqual([{ operatorId: id }]);
  });

  it('of somebody else are out of reach', async () => {
    const ana = await signedIn('ana@example.org', firefox, '198.51.100.7');
    const bea = await signedIn('bea@example.org', firefox, '198.51.100.8');
    const all = await db.selectFrom('sessions').select(['id', 'operatorId']).execute();
    for (const row of all)
      if (row.operatorId === id) await bea.post(`/console/me/sessions/${row.id}/end`, {});
    for (const odd of ['0', 'x', '99999999999999999999'])
      expect((await bea.post(`/console/me/sessions/${odd}/end`, {})).status).toBe(303);
    expect((await ana.get('/console')).status).toBe(200);
  });
});

it.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    'Edge en Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
    'Safari en macOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 16; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
    'Samsung Internet en Android',
  ],
  [
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Chrome en ChromeOS',
  ],
  ['curl/8.5.0', 'Navegador desconocido'],
  ['<script>alert(1)</script>', 'Navegador desconocido'],
  [null, 'Navegador desconocido'],
])('%s is told in plain words', (userAgent, words) => {
  expect(deviceOf(userAgent, translator('es', 'console'))).toBe(words);
});
