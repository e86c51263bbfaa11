import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/database/tables.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { makeSetupLink } from '../../../src/operators/setup-links.ts';
import { requireTwoFactor } from '../../../src/operators/two-factor.ts';
import { type Browser, type Console, openConsole } from './harness.ts';

const password = 'correct horse';
const me = '/console/me';

const forms = (from: string) => ({ 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-For': from });
const said = (text: string) => /role="status">([^<]+)/.exec(text)?.[1];
const codesIn = (text: string) =>
  [...text.matchAll(/<code>([a-z2-9-]{19})<\/code>/g)].map((m) => m[1] ?? '');
const keyIn = (text: string) =>
  (/class="key">([A-Z2-7 ]+)/.exec(text)?.[1] ?? '').replaceAll(' ', '');

interface Person {
  id: string;
  email: string;
  one: Browser;
  /** The code that their app shows so many steps from now: none is right twice. */
  code(steps?: number): string;
  codes: string[];
}

/** Somebody who is signed in and has set up an app by the page. */
async function withApp(desk: Console, email: string, role: Role = 'editor'): Promise<Person> {
  const { id } = await createOperator(desk.context.db, { email, password, role });
  const one = desk.browser();
  await one.post('/console/sign-in', { email, password });
  await one.post(`${me}/app`, {});
  const key = keyIn((await one.get(me)).text);
  const code = (steps = 0) =>
    generateSync({ secret: key, epoch: Math.floor(Date.now() / 1000) + steps * 30 });
  await one.post(`${me}/app/confirm`, { code: code(-1) });
  const page = (await one.get(me)).text;
  return { id, email, one, code, codes: codesIn(page) };
}

/** Gives the password in another browser. */
async function afterPassword(desk: Console, { email }: { email: string }, from = '198.51.100.1') {
  const one = desk.browser();
  const answer = await one.post('/console/sign-in', { email, password }, forms(from));
  const code = (typed: string, origin = from) =>
    one.post('/console/sign-in/code', { code: typed }, forms(origin));
  return { one, answer, code };
}

describe('an authenticator app', async () => {
  const desk = await openConsole({ TRUST_PROXY: '1' });
  const { db } = desk.context;
  const audited = async (action: string) =>
    db.selectFrom('audit').select(['object', 'origin']).where('action', '=', action).execute();

  it('is set up with a picture and a key, confirmed by a code, and then asked for', async () => {
    await createOperator(db, { email: 'ana@example.org', password, role: 'editor' });
    const ana = desk.browser();
    await ana.post('/console/sign-in', { email: 'ana@example.org', password });
    await ana.post(`${me}/app`, {});
    const page = await ana.get(me);
    expect(page.text).toContain('<svg');
    const secret = keyIn(page.text);
    expect(page.text).toContain(`secret=${secret}`);
    const wrong = await ana.post(`${me}/app/confirm`, { code: '000000' });
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('not right')]);
    expect(keyIn(wrong.text)).toBe(secret);
    const at = (steps: number) =>
      generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 });
    await ana.post(`${me}/app/confirm`, { code: at(-1) });
    const done = (await ana.get(me)).text;
    expect(codesIn(done)).toHaveLength(10);
    expect(keyIn(done)).toBe('');
    // shown once
    expect(codesIn((await ana.get(me)).text)).toEqual([]);

    const { one, answer, code } = await afterPassword(desk, { email: 'ana@example.org' });
    expect(answer.location).toBe('/console/sign-in/code');
    expect((await one.get('/console')).location).toBe('/console/sign-in');
    expect((await one.get('/console/sign-in/code')).text).toContain('Confirm it is you');
    const refused = await code('123456');
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('not right')]);
    const right = at(0);
    expect((await code(right)).location).toBe('/console');
    expect((await one.get('/console')).status).toBe(200);
    // used once, also in the step that is over
    const again = await afterPassword(desk, { email: 'ana@example.org' });
    expect((await again.code(right)).status).toBe(422);
    expect((await code(right)).location).toBe('/console/sign-in?expired');
  });

  it('is not passed by without the password, nor by a link for a lost one', async () => {
    const bea = await withApp(desk, 'bea@example.org');
    const stranger = desk.browser();
    expect((await stranger.get('/console/sign-in/code')).location).toBe('/console/sign-in?expired');
    const posted = await stranger.post('/console/sign-in/code', { code: bea.code() });
    expect(posted.location).toBe('/console/sign-in?expired');
    const token = await makeSetupLink(db, 'password', bea.id);
    const form = { token, email: bea.email, password: 'battery staple' };
    expect((await stranger.post('/console/setup', form)).location).toBe('/console/sign-in/code');
    expect((await stranger.get('/console')).location).toBe('/console/sign-in');
    const [, typed = ''] = bea.codes;
    expect((await stranger.post('/console/sign-in/code', { code: typed })).location).toBe(
      '/console',
    );
  });

  it('has recovery codes, each good once, which say how many are left', async () => {
    const cleo = await withApp(desk, 'cleo@example.org');
    const [first = '', second = ''] = cleo.codes;
    const { one, code } = await afterPassword(desk, cleo);
    expect((await code(first.toUpperCase().replaceAll('-', ' '))).location).toBe('/console');
    expect(said((await one.get(me)).text)).toContain('9 left');
    const again = await afterPassword(desk, cleo);
    expect((await again.code(first)).status).toBe(422);
    await one.post(`${me}/recovery-codes`, {});
    expect(codesIn((await one.get(me)).text)).toHaveLength(10);
    expect((await again.code(second)).status).toBe(422);
    expect(await audited('use recovery code')).toContainEqual({
      object: `operator ${cleo.id}`,
      origin: '198.51.100.1',
    });
  });

  it('cannot be guessed: ten wrong codes, from however many networks, and the account waits', async () => {
    const dora = await withApp(desk, 'dora@example.org');
    const before = (await audited('wrong code')).length;
    for (let n = 0; n < 10; n += 1) {
      const { code } = await afterPassword(desk, dora, `203.0.113.${n}`);
      expect((await code('000000')).status).toBe(422);
    }
    const { code } = await afterPassword(desk, dora, '203.0.113.99');
    const wait = await code(dora.code());
    expect([wait.status, wait.text]).toEqual([429, expect.stringContaining('Too many attempts')]);
    expect(Number(wait.headers['retry-after'])).toBeGreaterThan(0);
    expect((await audited('wrong code')).length).toBe(before + 10);
    // the browser that signed in before has a budget of its own
    await dora.one.post('/console/sign-out', {});
    const form = { email: dora.email, password };
    await dora.one.post('/console/sign-in', form, forms('203.0.113.99'));
    const hers = await dora.one.post(
      '/console/sign-in/code',
      { code: dora.code() },
      forms('203.0.113.99'),
    );
    expect(hers.location).toBe('/console');
  });

  it('tried by many at the same moment is tried ten times', async () => {
    const eli = await withApp(desk, 'eli@example.org');
    const { code } = await afterPassword(desk, eli);
    const tries = await Promise.all(Array.from({ length: 30 }, () => code('000000')));
    expect(tries.filter(({ status }) => status === 422)).toHaveLength(10);
    expect(tries.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  it('is removed by its operator, and reset by an admin, whose sessions end', async () => {
    const fay = await withApp(desk, 'fay@example.org');
    await fay.one.post(`${me}/app/remove`, {});
    expect((await afterPassword(desk, fay)).answer.location).toBe('/console');
    const gus = await withApp(desk, 'gus@example.org');
    const admin = desk.browser();
    await createOperator(db, { email: 'adam@example.org', password, role: 'admin' });
    await admin.post('/console/sign-in', { email: 'adam@example.org', password });
    await admin.post(`/console/settings/people/${gus.id}/reset-two-factor`, {});
    expect((await gus.one.get('/console')).location).toBe('/console/sign-in');
    expect((await afterPassword(desk, gus)).answer.location).toBe('/console');
    expect((await audited('reset two-factor')).map((row) => row.object)).toEqual([
      `operator ${gus.id}`,
    ]);
    const kept = await db
      .selectFrom('recoveryCodes')
      .select('operatorId')
      .where('operatorId', 'in', [fay.id, gus.id])
      .execute();
    expect(kept).toEqual([]);
  });

  it('is not touched in a browser in which nobody signed in for half an hour', async () => {
    const hal = await withApp(desk, 'hal@example.org');
    await db
      .updateTable('sessions')
      .set({ createdAt: new Date(Date.now() - 31 * 60_000) })
      .where('operatorId', '=', hal.id)
      .execute();
    for (const path of ['app', 'app/remove', 'recovery-codes', 'passkeys'])
      expect((await hal.one.post(`${me}/${path}`, {})).location, path).toBe(me);
    expect((await hal.one.post(`${me}/passkeys/options`, {})).status).toBe(403);
    const page = (await hal.one.get(me)).text;
    expect(page).toContain('sign in again');
    expect(page).not.toContain('/me/app/remove');
    expect((await afterPassword(desk, hal)).answer.location).toBe('/console/sign-in/code');
  });
});

describe('a newsroom that requires two-factor sign-in', async () => {
  const desk = await openConsole();
  const { db } = desk.context;

  it('leads those without it to set it up before anything else', async () => {
    await createOperator(db, { email: 'olga@example.org', password, role: 'owner' });
    await createOperator(db, { email: 'vic@example.org', password, role: 'viewer' });
    const [olga, vic] = [desk.browser(), desk.browser()];
    await olga.post('/console/sign-in', { email: 'olga@example.org', password });
    await vic.post('/console/sign-in', { email: 'vic@example.org', password });
    expect((await vic.get('/console')).status).toBe(200);
    await olga.post('/console/settings/people/two-factor', { required: 'yes' });
    for (const path of ['/console', '/console/editions', '/console/feeds', '/console/nothing'])
      expect((await vic.get(path)).location, path).toBe(`${me}#two-factor`);
    expect((await vic.post('/console/feeds', {})).location).toBe(`${me}#two-factor`);
    expect((await vic.get(me)).text).toContain('requires two-factor');
    await vic.post(`${me}/app`, {});
    const secret = keyIn((await vic.get(me)).text);
    const epoch = Math.floor(Date.now() / 1000);
    await vic.post(`${me}/app/confirm`, { code: generateSync({ secret, epoch }) });
    expect((await vic.get('/console')).status).toBe(200);
    // the only one stays
    await vic.post(`${me}/app/remove`, {});
    expect(said((await vic.get(me)).text)).toContain('your only second factor');
    await requireTwoFactor(db, false);
    await vic.post(`${me}/app/remove`, {});
    expect((await vic.get('/console')).status).toBe(200);
  });
});
