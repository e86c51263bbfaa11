import { describe, expect, it } from 'vitest';
import { createOperator } from '../../../src/operators/accounts.ts';
import { addPasskey } from '../../../src/operators/passkeys.ts';
import { beginSession } from '../../../src/operators/sessions.ts';
import { openApi } from './harness.ts';

const { base, context, call, token } = await openApi();
const { db } = context;
const credential = { publicKey: new Uint8Array(1), counter: 0, transports: [] };

const daysUntil = (iso: string) => Math.round((Date.parse(iso) - Date.now()) / 86_400_000);

describe('operators', () => {
  it('are invited by a link that is shown once, changed, shut out and let in', async () => {
    const ana = { email: 'ana@example.org', role: 'editor', name: 'Ana' };
    const headers = { 'Idempotency-Key': 'invite-1' };
    const made = await call('POST', '/operators', ana, { headers });
    expect(made).toMatchObject({ status: 201, body: { ...ana, disabledAt: null } });
    expect(made.body.setupUrl).toMatch(/\/console\/setup\/gcs_/);
    expect((await call('POST', '/operators', ana, { headers })).body).toEqual({
      ...made.body,
      setupUrl: undefined,
    });
    const kept = await db.selectFrom('idempotencyKeys').select('response').execute();
    expect(JSON.stringify(kept)).not.toContain('gcs_');
    const again = await call('POST', '/operators', ana);
    expect([again.status, again.body.existing]).toEqual([409, made.body.id]);

    const at = `/operators/${made.body.id}`;
    expect((await call('PATCH', at, { role: 'sender' })).body.role).toBe('sender');
    await beginSession(db, made.body.id);
    expect((await call('POST', `${at}/end-sessions`)).body).toEqual({ ended: 1 });
    const link = await call('POST', `${at}/link`);
    expect(link.status).toBe(201);
    const page = async (url: string) =>
      (await fetch(url.replace(/^https?:\/\/[^/]+/, base))).status;
    expect(await page(link.body.setupUrl)).toBe(200);
    expect(await page(made.body.setupUrl)).toBe(404);

    await call('POST', `${at}/link`, { mail: true });
    const letters = await db.selectFrom('letters').select(['kind', 'email']).execute();
    expect(letters).toEqual([{ kind: 'invitation', email: ana.email }]);
    await addPasskey(db, made.body.id, { ...credential, id: 'one' }, 'Laptop');
    expect((await call('GET', at)).body.twoFactor).toBe(true);
    expect((await call('POST', `${at}/reset-two-factor`)).body.twoFactor).toBe(false);

    expect((await call('POST', `${at}/disable`)).body.disabledAt).toMatch(/^2/);
    expect((await call('POST', `${at}/link`)).status).toBe(404);
    expect((await call('POST', `${at}/enable`)).body.disabledAt).toBeNull();
    const list = await call('GET', '/operators');
    expect(list.body.data.map((one: { email: string }) => one.email)).toEqual([ana.email]);
    const audited = await db.selectFrom('audit').select('action').orderBy('id').execute();
    expect(audited.map((row) => row.action)).toEqual([
      'create',
      'change',
      'end sessions',
      'link',
      'link',
      'reset two-factor',
      'disable',
      'enable',
    ]);
  });

  it('above a role are out of its reach', async () => {
    const { id } = await createOperator(db, { email: 'olga@example.org', role: 'owner' });
    const refused = [
      await call('POST', '/operators', { email: 'x@example.org', role: 'owner' }),
      await call('PATCH', `/operators/${id}`, { name: 'Mine' }),
      ...(await Promise.all(
        ['link', 'disable', 'enable', 'end-sessions', 'reset-two-factor'].map((verb) =>
          call('POST', `/operators/${id}/${verb}`),
        ),
      )),
      await call('GET', '/operators', undefined, { role: 'editor' }),
    ];
    expect(refused.map((answer) => answer.status)).toEqual(refused.map(() => 403));
  });
});

it('two-factor sign-in is required by an admin, and no token makes it optional again', async () => {
  expect((await call('GET', '/two-factor')).body).toEqual({ required: false });
  for (let twice = 0; twice < 2; twice++)
    expect((await call('PUT', '/two-factor', { required: true })).body).toEqual({ required: true });
  expect((await call('GET', '/two-factor')).body).toEqual({ required: true });
  expect((await call('PUT', '/two-factor', { required: false })).status).toBe(403);
  const ed = { role: 'editor' } as const;
  expect((await call('PUT', '/two-factor', { required: true }, ed)).status).toBe(403);
  const audited = await db
    .selectFrom('audit')
    .select('detail')
    .where('action', '=', 'require two-factor')
    .execute();
  expect(audited).toEqual([{ detail: { required: true } }]);
});

describe('tokens', () => {
  it('are made, used and revoked', async () => {
    const made = await call('POST', '/tokens', { name: 'CMS', role: 'viewer' });
    expect(made.status).toBe(201);
    const use = async () =>
      (
        await fetch(`${base}/api/v1/newsletters`, {
          headers: { Authorization: `Bearer ${made.body.token}` },
        })
      ).status;
    expect(await use()).toBe(200);
    const { body } = await call('GET', '/tokens');
    expect(JSON.stringify(body)).not.toContain(made.body.token);
    expect((await call('DELETE', `/tokens/${made.body.id}`)).status).toBe(204);
    expect(await use()).toBe(401);
    expect((await call('POST', '/tokens', { name: 'x', role: 'owner' })).status).toBe(422);
    const { body: least } = await call('POST', '/tokens', { name: 'figures' });
    expect([least.role, daysUntil(least.expiresAt)]).toEqual(['viewer', 365]);
  });

  it('that are good are never counted, however many wrong ones come from there', async () => {
    const ask = async (secret: string) =>
      (
        await fetch(`${base}/api/v1/newsletters`, {
          headers: { Authorization: `Bearer ${secret}` },
        })
      ).status;
    const wrong = await Promise.all(Array.from({ length: 40 }, () => ask('gct_wrong')));
    expect(wrong).toContain(429);
    expect(await ask(token.viewer)).toBe(200);
  });
});
