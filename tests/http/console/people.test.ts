import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/database/tables.ts';
import {
  createOperator,
  getOperator,
  getOperatorByEmail,
  listOperators,
} from '../../../src/operators/accounts.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';
const page = '/console/settings/people';

const { context, browser } = await openConsole();
const { db } = context;

async function signedIn(email: string, role: Role): Promise<Browser & { id: string }> {
  const { id } = await createOperator(db, { email, password, role });
  const one = browser();
  await one.post('/console/sign-in', { email, password });
  return Object.assign(one, { id });
}
const olga = await signedIn('olga@example.org', 'owner');
const adam = await signedIn('adam@example.org', 'admin');
const linkIn = (text: string) =>
  /value="[^"]*(\/console\/setup\/gcs_[\w-]+)"/.exec(text)?.[1] ?? '';
const tokenOf = (link: string) => link.split('/').at(-1) ?? '';
const said = (text: string) => /role="status">([^<]+)/.exec(text)?.[1];
const operator = async (email: string) => getOperatorByEmail(db, email);

describe('an invitation', () => {
  it('is a link shown once, good for 72 hours, and a letter where that is asked for', async () => {
    const form = { email: 'bea@example.org', name: 'Béa', role: 'editor', mail: 'yes' };
    const done = await adam.post(page, form);
    expect(done.status).toBe(303);
    const shown = await adam.get(done.location ?? '');
    const link = linkIn(shown.text);
    expect(link).not.toBe('');
    expect(linkIn((await adam.get(done.location ?? '')).text)).toBe('');
    const { id } = await operator('bea@example.org');
    const letters = await db.selectFrom('letters').selectAll().execute();
    expect(letters).toMatchObject([
      {
        kind: 'invitation',
        email: 'bea@example.org',
        content: { operatorId: id, inviter: 'adam@example.org', role: 'editor' },
      },
    ]);
    const { expiresAt } = await db
      .selectFrom('setupLinks')
      .select('expiresAt')
      .where('operatorId', '=', id)
      .executeTakeFirstOrThrow();
    expect((expiresAt.getTime() - Date.now()) / 3_600_000).toBeCloseTo(72, 1);
    expect((await adam.get(page)).text).toContain('Invited');

    const bea = browser();
    expect((await bea.get(link)).text).toContain('bea@example.org');
    const form2 = { token: tokenOf(link), email: 'bea@example.org', password };
    expect((await bea.post('/console/setup', form2)).location).toBe('/console');
    expect((await bea.get('/console')).status).toBe(200);
    // Back to the link: who came in by it is in
    expect((await bea.get(link)).location).toBe('/console');
    const again = await browser().get(link);
    expect([again.status, again.text]).toEqual([404, expect.stringContaining('already been used')]);
    const twice = await browser().post('/console/setup', form2);
    expect([twice.status, twice.text]).toEqual([404, expect.stringContaining('already been used')]);
  });

  it('says what is wrong with it where it cannot be used', async () => {
    await adam.post(page, { email: 'cleo@example.org', role: 'viewer' });
    const { id } = await operator('cleo@example.org');
    const first = linkIn((await adam.get(`${page}/${id}`)).text);
    await adam.post(`${page}/${id}/link`, {});
    const second = linkIn((await adam.get(`${page}/${id}`)).text);
    expect((await browser().get(first)).text).toContain('There is a newer link');
    expect((await browser().get(second)).status).toBe(200);
    await adam.post(`${page}/${id}/disable`, {});
    expect((await browser().get(second)).text).toContain('This account is disabled');
    const used = await browser().post('/console/setup', {
      token: tokenOf(second),
      email: 'cleo@example.org',
      password,
    });
    expect([used.status, used.text]).toEqual([404, expect.stringContaining('is disabled')]);
    expect((await adam.post(`${page}/${id}/link`, {})).status).toBe(404);
    await adam.post(`${page}/${id}/enable`, {});
    await db
      .updateTable('setupLinks')
      .set({ expiresAt: new Date(Date.now() - 1) })
      .execute();
    const expired = await browser().get(second);
    expect(expired.status).toBe(404);
    expect(expired.text).toContain('good for 72 hours');
    expect((await browser().get(`${second}x`)).text).toContain('does not work');
    await adam.post(`${page}/${id}/link`, { mail: 'yes' });
    const shown = await adam.get(`${page}/${id}`);
    expect(said(shown.text)).toContain('on its way');
    expect(linkIn(shown.text)).toBe('');
  });

  it('asks again for an address that is none, or taken, and keeps what was typed', async () => {
    for (const email of [
      '',
      'nobody',
      'a b@example.org',
      `${'x'.repeat(300)}@example.org`,
      '\u0000',
    ]) {
      const refused = await adam.post(page, { email, name: 'Dora', role: 'sender' });
      expect(refused.status, email).toBe(422);
      expect(refused.text).toContain('Enter an email address');
      expect(refused.text).toContain('value="Dora"');
      expect(refused.text).toMatch(/value="sender" selected/);
    }
    const { id } = await operator('adam@example.org');
    const taken = await adam.post(page, { email: 'ADAM@example.org', role: 'viewer' });
    expect([taken.status, taken.text]).toEqual([422, expect.stringContaining(`${page}/${id}"`)]);
    const lines = await adam.post(page, { email: 'd@example.org', name: 'a\nb', role: 'viewer' });
    expect([lines.status, lines.text]).toEqual([422, expect.stringContaining('on one line')]);
  });

  it('makes nobody who is above the one who invites', async () => {
    const refused = await adam.post(page, { email: 'e@example.org', role: 'owner' });
    expect(refused.status).toBe(403);
    expect((await listOperators(db)).map((one) => one.email)).not.toContain('e@example.org');
    expect((await adam.get(page)).text).not.toContain('value="owner"');
    expect((await olga.get(page)).text).toContain('value="owner"');
  });
});

describe('an account', () => {
  it('changes its role and name, is signed out, shut out and let in', async () => {
    const fay = await signedIn('fay@example.org', 'viewer');
    const at = `${page}/${fay.id}`;
    await adam.post(at, { name: 'فاي', role: 'sender' });
    expect(await getOperator(db, fay.id)).toMatchObject({ name: 'فاي', role: 'sender' });
    expect((await adam.get(at)).text).toContain('Saved.');
    await adam.post(`${at}/end-sessions`, {});
    expect((await fay.get('/console')).location).toBe('/console/sign-in');
    await adam.post(`${at}/disable`, {});
    const refused = await fay.post('/console/sign-in', { email: 'fay@example.org', password });
    expect(refused.status).toBe(422);
    await adam.post(`${at}/enable`, {});
    const back = await fay.post('/console/sign-in', { email: 'fay@example.org', password });
    expect(back.location).toBe('/console');
  });

  it('is out of reach for a lower role, and its page for who is no admin', async () => {
    const at = `${page}/${olga.id}`;
    for (const verb of ['', '/disable', '/end-sessions', '/link', '/reset-two-factor'])
      expect((await adam.post(`${at}${verb}`, { name: 'x', role: 'viewer' })).status, verb).toBe(
        403,
      );
    expect((await adam.get(at)).text).toContain('Your role is lower');
    const ed = await signedIn('ed@example.org', 'editor');
    expect((await ed.get(page)).status).toBe(403);
    expect((await ed.get(at)).status).toBe(403);
    expect((await ed.post(`${page}/two-factor`, { required: 'yes' })).status).toBe(403);
    expect((await adam.post(`${page}/two-factor`, { required: 'no' })).status).toBe(403);
    for (const id of ['0', 'x', '999999', '99999999999999999999'])
      expect((await adam.get(`${page}/${id}`)).status, id).toBe(404);
  });

  it('of the last owner stays, also when two owners shut each other out at once', async () => {
    await olga.post(`${page}/${olga.id}/disable`, {});
    expect(said((await olga.get(page)).text)).toContain('the only owner');
    const pia = await signedIn('pia@example.org', 'owner');
    await Promise.all([
      olga.post(`${page}/${pia.id}/disable`, {}),
      pia.post(`${page}/${olga.id}`, { name: '', role: 'viewer' }),
    ]);
    const owners = (await listOperators(db)).filter(
      (one) => one.role === 'owner' && !one.disabledAt,
    );
    expect(owners).toHaveLength(1);
  });

  it('was seen when it was used, to a few minutes', async () => {
    const gus = await signedIn('gus@example.org', 'viewer');
    const hour = new Date(Date.now() - 3_600_000);
    const put = async (at: Date) => {
      await db.updateTable('operators').set({ lastSeenAt: at }).where('id', '=', gus.id).execute();
      await db
        .updateTable('sessions')
        .set({ usedAt: at })
        .where('operatorId', '=', gus.id)
        .execute();
    };
    await put(hour);
    expect((await adam.get(`${page}/${gus.id}`)).text).toContain('1 hour ago');
    await gus.get('/console');
    const { lastSeenAt } = await getOperator(db, gus.id);
    expect(lastSeenAt?.getTime()).toBeGreaterThan(hour.getTime());
    await gus.get('/console');
    expect((await getOperator(db, gus.id)).lastSeenAt).toEqual(lastSeenAt);
  });
});
