import { describe, expect, it } from 'vitest';
import { createOperator, disableOperator } from '../../../src/operators/accounts.ts';
import { letterContent } from '../../../workers/letters/content.ts';
import { eventually } from '../../harness/eventually.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';
const page = '/console/sign-in/forgot';

const { context, browser } = await openConsole({ TRUST_PROXY: '1' });
const { db } = context;
const { id } = await createOperator(db, { email: 'ana@example.org', password, role: 'editor' });

const letters = () => db.selectFrom('letters').selectAll().orderBy('id').execute();
const asked = async () =>
  (
    await db.selectFrom('audit').select('object').where('action', '=', 'lost password').execute()
  ).map((row) => row.object);
const ask = (email: string, from: string) =>
  browser().post(page, { email }, { 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-For': from });

describe('a lost password', () => {
  it('is found by a link that is mailed, which ends what was signed in', async () => {
    const there = browser();
    await there.post('/console/sign-in', { email: 'ana@example.org', password });
    expect((await browser().get('/console/sign-in')).text).toContain(`href="${page}"`);
    const done = await ask(' ANA@example.org ', '198.51.100.1');
    expect([done.status, done.location]).toEqual([303, `${page}?sent`]);
    expect((await browser().get(`${page}?sent`)).text).toContain('Check your inbox');
    await eventually(async () => expect(await letters()).toHaveLength(1));
    const [letter] = await letters();
    expect(letter).toMatchObject({ kind: 'password', email: 'ana@example.org' });
    expect(JSON.stringify(letter)).not.toContain('gcs_');

    const { content } = await letterContent(context, letter as never);
    const url = content.kind === 'password' ? content.parts.url : '';
    const link = new URL(url).pathname;
    const shown = await browser().get(link);
    expect(shown.text).toContain('Choose a new password');
    const token = link.split('/').at(-1) ?? '';
    const mine = browser();
    const form = { token, email: 'ana@example.org', password: 'battery staple' };
    const weak = await mine.post('/console/setup', { ...form, password: 'short' });
    expect([weak.status, weak.text]).toEqual([422, expect.stringContaining('at least 10')]);
    expect((await mine.post('/console/setup', form)).location).toBe('/console');
    expect((await there.get('/console')).status).toBe(303);
    expect((await browser().get(link)).text).toContain('already been used');
    const old = await browser().post('/console/sign-in', { email: 'ana@example.org', password });
    expect(old.status).toBe(422);
  });

  it('is answered alike for nobody, for somebody disabled, and for what is no address', async () => {
    const out = await createOperator(db, { email: 'bea@example.org', password, role: 'viewer' });
    await db.transaction().execute((tx) => disableOperator(tx, out.id));
    const before = (await letters()).length;
    const answers = await Promise.all(
      ['nobody@example.org', 'bea@example.org', 'not an address'].map((email, n) =>
        ask(email, `198.51.100.${10 + n}`),
      ),
    );
    for (const { status, location, text } of answers)
      expect([status, location, text]).toEqual([303, `${page}?sent`, answers[0]?.text]);
    await eventually(async () =>
      expect((await asked()).filter((object) => object === 'operator unknown')).toHaveLength(3),
    );
    expect(await letters()).toHaveLength(before);
    for (const email of ['', '   ', 'a\u0000b', 'x'.repeat(300)])
      expect((await ask(email, '198.51.100.20')).status, email).toBe(422);
  });

  it('asked for a thousand times makes three letters an hour, from however many networks', async () => {
    const before = (await letters()).length;
    const cleo = 'cleo@example.org';
    await createOperator(db, { email: cleo, password, role: 'viewer' });
    // two from each network: none of them is over its own limit
    for (let n = 0; n < 1000; n += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          ask(cleo, `203.${(n + at) >> 8}.${(n + at) & 255}.${at}`),
        ),
      ).then((answers) => {
        for (const { status, location } of answers)
          expect([status, location]).toEqual([303, `${page}?sent`]);
      });
    await eventually(async () => expect(await letters()).toHaveLength(before + 3));
    expect((await asked()).filter((object) => object.endsWith(id)).length).toBeLessThanOrEqual(3);
  });

  it('has one origin wait after ten, whether somebody has the address or nobody', async () => {
    for (let n = 0; n < 10; n += 1)
      expect((await ask(`n${n}@example.org`, '192.0.2.9')).status).toBe(303);
    for (const email of ['ana@example.org', 'nobody@example.org']) {
      const wait = await ask(email, '192.0.2.9');
      expect([wait.status, wait.text]).toEqual([429, expect.stringContaining('Too many attempts')]);
      expect(Number(wait.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await ask('ana@example.org', '192.0.2.10')).status).toBe(303);
  });
});
