import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { createOperator } from '../../../src/operators/accounts.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';
const ana = { email: 'ana@example.org', password };
const wrong = { ...ana, password: 'nonsense 1' };
const { context, base, browser } = await openConsole({ TRUST_PROXY: '1' });
const { db } = context;
const other = await openConsole({ TRUST_PROXY: '1' }, context.databaseUrl);
await createOperator(db, { ...ana, role: 'owner' });
await createOperator(db, { email: 'vic@example.org', password, role: 'viewer' });

beforeEach(async () => {
  await sql`delete from rate_limits`.execute(db);
});

const signIn = (from: string, form: Record<string, string>, by: Browser = browser()) =>
  by.post('/console/sign-in', form, {
    'Sec-Fetch-Site': 'same-origin',
    'X-Forwarded-For': from,
  });

describe('wrong passwords from one network', () => {
  it('make it wait, with all its addresses and at every process, also with the right one', async () => {
    const tries = Array.from({ length: 14 }, (_, n) => signIn(`2001:db8:1:1::${n}`, wrong));
    const statuses = (await Promise.all(tries)).map((page) => page.status);
    expect(statuses.filter((status) => status === 422)).toHaveLength(10);
    const right = await signIn('2001:db8:1:1:ffff::1', ana);
    expect(right.status).toBe(429);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(60);
    expect((await signIn('2001:db8:1:1::77', ana, other.browser())).status).toBe(429);
    const { rows } = await sql<{ key: string }>`select key from rate_limits`.execute(db);
    expect(rows).not.toEqual([]);
    for (const { key } of rows) expect(key).not.toMatch(/ana|@/);
    // the neighbours are another network
    expect((await signIn('2001:db8:1:2::1', ana)).status).toBe(303);
  });

  it('count over its /48 too', async () => {
    for (let network = 0; network < 40; network += 1)
      await signIn(`2001:db8:2:${network.toString(16)}::1`, {
        ...wrong,
        email: `x${network}@x.org`,
      });
    expect((await signIn('2001:db8:2:ff::1', ana)).status).toBe(429);
    expect((await signIn('2001:db8:3::1', ana)).status).toBe(303);
  });

  it('are not forgiven by a right one', async () => {
    for (let round = 0; round < 9; round += 1) await signIn('192.0.2.1', wrong);
    const vic = { email: 'vic@example.org', password };
    for (let round = 0; round < 3; round += 1)
      expect((await signIn('192.0.2.1', vic)).status).toBe(303);
    expect((await signIn('192.0.2.1', wrong)).status).toBe(422);
    expect((await signIn('192.0.2.1', wrong)).status).toBe(429);
  });
});

describe('wrong passwords for one account, from everywhere', () => {
  const attack = async () => {
    for (let n = 0; n < 20; n += 1)
      expect((await signIn(`198.51.100.${n}`, wrong)).status).toBe(422);
  };

  it('leave in the browser that signed in before, until it has used up its own budget', async () => {
    const hers = browser();
    await signIn('203.0.113.1', ana, hers);
    await hers.post('/console/sign-out', {});
    await attack();
    expect((await signIn('203.0.113.1', ana)).status).toBe(422);
    expect((await signIn('203.0.113.1', ana, hers)).status).toBe(303);
    // the cookie is for this account alone, and cannot be made
    await hers.post('/console/sign-out', {});
    const forged = browser();
    forged.cookie = hers.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await signIn('203.0.113.1', ana, forged)).status).toBe(422);
    for (let n = 0; n < 10; n += 1) await signIn('203.0.113.1', wrong, hers);
    expect((await signIn('203.0.113.1', ana, hers)).text).toContain('<altcha-widget');
  });

  it('ask another browser for a proof of work instead of refusing it', async () => {
    await attack();
    const asked = await signIn('203.0.113.2', ana);
    expect(asked.status).toBe(422);
    expect(asked.text).toContain('<altcha-widget');
    expect(asked.text).toContain('value="ana@example.org"');
    const prove = async () => {
      const challenge = (await (await fetch(`${base}/challenge`)).json()) as Challenge;
      const solution = await solveChallenge({ challenge, deriveKey });
      return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
    };
    const altcha = await prove();
    expect((await signIn('203.0.113.2', { ...ana, altcha })).status).toBe(303);
    // one proof is good for one try
    expect((await signIn('203.0.113.2', { ...ana, altcha })).status).toBe(422);
    const again = await signIn('203.0.113.2', { ...wrong, altcha: await prove() });
    expect(again.text).toContain('Wrong email address or password');
  });
});

it('the current password is guessed ten times in a session, and every wrong one is audited', async () => {
  const hers = browser();
  await signIn('203.0.113.1', ana, hers);
  const before = await db
    .selectFrom('audit')
    .select('id')
    .where('action', '=', 'wrong password')
    .execute();
  const set = async (from: string) => {
    const form = { before: from, password: 'battery staple' };
    return (await hers.post('/console/me/password', form)).text;
  };
  for (let n = 0; n < 10; n += 1) expect(await set('nonsense 1')).toContain('Nothing was changed');
  expect(await set(password)).toContain('Too many');
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('action', '=', 'wrong password')
    .execute();
  expect(rows).toHaveLength(before.length + 10);
  expect(rows.at(-1)).toMatchObject({
    actor: 'system',
    object: expect.stringMatching(/^operator \d+$/),
  });
  expect(JSON.stringify(rows)).not.toContain('nonsense');
});

it('a password that is easily guessed is refused, in the language of the page', async () => {
  const vic = browser();
  await signIn('203.0.113.4', { email: 'vic@example.org', password }, vic);
  await vic.post('/console/me', { language: 'es' });
  for (const weak of ['1234567890', 'password12', 'vic@example.org', 'contraseña1']) {
    const refused = await vic.post('/console/me/password', { before: password, password: weak });
    expect(refused.text, weak).toContain('fácil de adivinar');
  }
});
