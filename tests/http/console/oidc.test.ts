import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  createOperator,
  disableOperator,
  getOperatorByEmail,
  listOperators,
} from '../../../src/operators/accounts.ts';
import { listenWhileTesting } from '../../harness/listen.ts';
import { openIdentityProvider, type Told } from './fixtures/identity-provider.ts';
import { type Browser, type Console, openConsole } from './harness.ts';

const start = '/console/sign-in/oidc';
const provider = await openIdentityProvider('gaceta');
const variables = {
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: 'gaceta',
  OIDC_CLIENT_SECRET: 'a secret',
};
const verified = (email: string, sub: string, more = {}): Told => ({
  claims: { sub },
  userinfo: { email, email_verified: true, name: 'Ana Ruiz', ...more },
});

/** Goes to the provider and comes back with its answer; `change` may spoil that. */
async function signIn(
  desk: Console,
  told: Told,
  change: (search: URLSearchParams) => void = () => undefined,
  one: Browser = desk.browser(),
) {
  const asked = new URL((await one.get(start)).location ?? '');
  const search = new URLSearchParams({
    code: provider.code(asked.searchParams.get('nonce') ?? '', told),
    state: asked.searchParams.get('state') ?? '',
    iss: provider.issuer,
  });
  change(search);
  const back = `${start}/callback?${search.toString()}`;
  return { one, asked, back, answer: await one.get(back) };
}
const said = (text: string) => /role="status">([^<]+)/.exec(text)?.[1];

describe('single sign-on, for who was invited', async () => {
  const desk = await openConsole(variables);
  const { db } = desk.context;
  const refusals = async () =>
    (
      await db
        .selectFrom('audit')
        .select(['detail', 'origin'])
        .where('action', '=', 'refused single sign-on')
        .orderBy('id')
        .execute()
    ).map(({ detail, origin }) => [detail?.why, origin]);
  await createOperator(db, { email: 'ana@example.org', role: 'editor' });

  it('goes to the provider with PKCE, state and nonce, and comes back signed in', async () => {
    expect((await desk.browser().get('/console/sign-in')).text).toContain(`href="${start}"`);
    const { asked, answer, one } = await signIn(desk, verified('Ana@example.org', 'ana'));
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      client_id: 'gaceta',
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: 'http://localhost:3000/console/sign-in/oidc/callback',
    });
    expect([answer.status, answer.location]).toEqual([303, '/console']);
    expect((await one.get('/console')).status).toBe(200);
    const sessions = await db.selectFrom('sessions').select('method').execute();
    expect(sessions).toEqual([{ method: 'oidc' }]);
    // the provider may change the address: its own name for the person counts
    const later = await signIn(desk, verified('ana.ruiz@example.org', 'ana'));
    expect(later.answer.location).toBe('/console');
    expect(await listOperators(db)).toHaveLength(1);
  });

  it('is refused for who was not invited, is disabled, or got the address of another', async () => {
    const stranger = await signIn(desk, verified('eve@example.org', 'eve'));
    expect([stranger.answer.status, said(stranger.answer.text)]).toEqual([
      403,
      expect.stringContaining('no account for you'),
    ]);
    const heir = await signIn(desk, verified('ana@example.org', 'another ana'));
    expect(said(heir.answer.text)).toContain('someone else');
    const bea = await createOperator(db, { email: 'bea@example.org', role: 'viewer' });
    await db.transaction().execute((tx) => disableOperator(tx, bea.id));
    const out = await signIn(desk, verified('bea@example.org', 'bea'));
    expect(said(out.answer.text)).toContain('disabled');
    expect(await refusals()).toEqual([
      ['notInvited', '127.0.0.1'],
      ['otherIdentity', '127.0.0.1'],
      ['disabled', '127.0.0.1'],
    ]);
    expect((await stranger.one.get('/console')).status).toBe(303);
  });

  it.each([
    ['no address', { userinfo: {} }, 'did not say'],
    [
      'an address that is not verified',
      { userinfo: { email: 'ana@example.org', email_verified: false } },
      'has not verified',
    ],
    [
      'an address that may be verified',
      { userinfo: { email: 'ana@example.org' } },
      'has not verified',
    ],
    [
      '“true” in words',
      { userinfo: { email: 'ana@example.org', email_verified: 'true' } },
      'has not verified',
    ],
  ])('is refused with %s', async (_what, told, why) => {
    const { answer, one } = await signIn(desk, told);
    expect([answer.status, said(answer.text)]).toEqual([403, expect.stringContaining(why)]);
    expect((await one.get('/console')).status).toBe(303);
  });

  const ana = verified('ana@example.org', 'ana');
  const long = Math.floor(Date.now() / 1000) - 3600;
  it.each<[string, Told, ((search: URLSearchParams) => void)?]>([
    ['a token of another issuer', { ...ana, claims: { iss: 'https://evil.example' } }],
    ['a token for another program', { ...ana, claims: { aud: 'other' } }],
    ['a token that has expired', { ...ana, claims: { iat: long, exp: long + 300 } }],
    ['a token of another sign-in', { ...ana, claims: { nonce: 'of another' } }],
    ['a token without a nonce', { ...ana, claims: { nonce: undefined } }],
    ['a token signed by another key', { ...ana, otherKey: true }],
    ['more about somebody else', { ...ana, userinfo: { ...ana.userinfo, sub: 'eve' } }],
    ['an answer of another issuer', ana, (search) => search.set('iss', 'https://evil.example')],
    ['an answer without its issuer', ana, (search) => search.delete('iss')],
    ['another state', ana, (search) => search.set('state', 'x')],
    ['an unknown code', ana, (search) => search.set('code', 'x')],
    ['no code', ana, (search) => search.delete('code')],
    ['a refusal of the provider', ana, (search) => search.set('error', 'access_denied')],
  ])('is refused with %s', async (_what, told, change) => {
    const { answer, one } = await signIn(desk, told, change);
    expect([answer.status, said(answer.text)]).toEqual([
      400,
      expect.stringContaining('could not be trusted'),
    ]);
    expect((await one.get('/console')).status).toBe(303);
    expect((await refusals()).at(-1)).toEqual(['invalid', '127.0.0.1']);
  });

  it('takes an answer once, in the browser that asked, within ten minutes', async () => {
    const one = desk.browser();
    await one.get(start);
    const cookie = one.cookie;
    const { back } = await signIn(desk, ana, undefined, one);
    await one.post('/console/sign-out', {});
    one.cookie = cookie;
    const again = await one.get(back);
    expect([again.status, said(again.text)]).toEqual([400, expect.stringContaining('Start again')]);
    const asked = new URL((await one.get(start)).location ?? '').searchParams;
    const code = provider.code(asked.get('nonce') ?? '', ana);
    const search = `code=${code}&state=${asked.get('state')}&iss=${provider.issuer}`;
    expect((await desk.browser().get(`${start}/callback?${search}`)).status).toBe(400);
    await db
      .updateTable('signInSteps')
      .set({ expiresAt: new Date(Date.now() - 1) })
      .execute();
    expect((await one.get(`${start}/callback?${search}`)).status).toBe(400);
  });
});

describe('single sign-on, with roles by a claim', async () => {
  const desk = await openConsole({ ...variables, OIDC_ROLE_CLAIM: 'gaceta_roles' });
  const { db } = desk.context;
  await createOperator(db, { email: 'olga@example.org', role: 'owner' });
  const roleOf = async (email: string) => (await getOperatorByEmail(db, email)).role;

  it('makes who is new, and follows the claim at each sign-in', async () => {
    const cleo = (gaceta_roles: unknown) =>
      signIn(desk, verified('cleo@example.org', 'cleo', { gaceta_roles }));
    expect((await cleo(['staff', 'viewer', 'editor'])).answer.location).toBe('/console');
    expect(await getOperatorByEmail(db, 'cleo@example.org')).toMatchObject({
      role: 'editor',
      name: 'Ana Ruiz',
    });
    await cleo('sender');
    expect(await roleOf('cleo@example.org')).toBe('sender');
    for (const none of [undefined, [], 'staff', ['Owner'], { owner: true }, 7, null]) {
      const { answer } = await cleo(none);
      expect([answer.status, said(answer.text)], JSON.stringify(none)).toEqual([
        403,
        expect.stringContaining('no role here'),
      ]);
    }
    expect(await roleOf('cleo@example.org')).toBe('sender');
  });

  it('leaves the last owner one', async () => {
    await signIn(desk, verified('olga@example.org', 'olga', { gaceta_roles: 'viewer' }));
    expect(await roleOf('olga@example.org')).toBe('owner');
  });

  it('makes one operator of two first sign-ins at once', async () => {
    const dora = verified('dora@example.org', 'dora', { gaceta_roles: 'viewer' });
    const both = await Promise.all([signIn(desk, dora), signIn(desk, dora)]);
    expect(both.map(({ answer }) => answer.location)).toEqual(['/console', '/console']);
  });
});

describe('a provider that is away or is another one', async () => {
  const server = createServer((_req, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end(
      JSON.stringify({
        issuer: 'https://evil.example',
        authorization_endpoint: 'https://evil.example/',
      }),
    );
  });
  const evil = await listenWhileTesting(server);

  it.each(['http://127.0.0.1:9', evil])('is said, and passwords work: %s', async (OIDC_ISSUER) => {
    const desk = await openConsole({ ...variables, OIDC_ISSUER });
    const password = 'correct horse';
    await createOperator(desk.context.db, { email: 'ana@example.org', password, role: 'owner' });
    const one = desk.browser();
    const page = await one.get(start);
    expect([page.status, said(page.text)]).toEqual([503, expect.stringContaining('not answer')]);
    const form = { email: 'ana@example.org', password };
    expect((await one.post('/console/sign-in', form)).location).toBe('/console');
  });

  it('is not there where none is set', async () => {
    const desk = await openConsole();
    expect((await desk.browser().get('/console/sign-in')).text).not.toContain(start);
    // as any other page: it asks to sign in
    expect((await desk.browser().get(start)).location).toBe('/console/sign-in');
  });
});
