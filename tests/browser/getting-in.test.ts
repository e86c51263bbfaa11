import { generateSync } from 'otplib';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createOperator } from '../../src/operators/accounts.ts';
import { letterContent } from '../../workers/letters/content.ts';
import { eventually } from '../harness/eventually.ts';
import { type Console, openConsole } from '../http/console/harness.ts';
import {
  browserMissing,
  expectAccessible,
  looks,
  openBrowser,
  styleOf,
} from './fixtures/browser.ts';
import { freePort, openRealProvider } from './fixtures/real-provider.ts';

const password = 'correct horse';

describe.skipIf(browserMissing())('getting in', () => {
  const browser = openBrowser();
  let desk: Console;
  /** The same program at another port: another origin. */
  let evil: Console;
  let base: string;

  beforeAll(async () => {
    const port = await freePort();
    // passkeys know a name, no number
    base = `http://localhost:${port}`;
    const issuer = await openRealProvider(`${base}/console/sign-in/oidc/callback`, {
      ana: { email: 'ana@example.org', email_verified: true, name: 'Ana' },
      eve: { email: 'ana@example.org', email_verified: false },
    });
    desk = await openConsole({
      PORT: String(port),
      PUBLIC_URL: base,
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'gaceta',
      OIDC_CLIENT_SECRET: 'a secret',
    });
    evil = await openConsole();
    const { db } = desk.context;
    await createOperator(db, { email: 'olga@example.org', password, role: 'owner' });
  });

  const make = (email: string) =>
    createOperator(desk.context.db, { email, password, role: 'editor' });
  async function signIn(page: Page, email: string, arrives = '/console') {
    await page.goto(`${base}/console/sign-in`);
    await page.fill('#email', email);
    await page.fill('#password', password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}${arrives}`);
  }
  async function signOut(page: Page) {
    await page.context().clearCookies({ name: 'gaceta' });
  }
  const press = (page: Page, name: string) =>
    page.locator('main').getByRole('button', { name, exact: true }).click();

  test('a colleague is invited, chooses a password and is in', async () => {
    const olga = await browser.visit({ width: 1280 });
    await signIn(olga, 'olga@example.org');
    await olga.goto(`${base}/console/settings/people`);
    await olga.fill('#email', 'bea@example.org');
    await olga.fill('#name', 'Béa Márquez');
    await olga.selectOption('#role', 'sender');
    await press(olga, 'Invite');
    await olga.locator('#link').waitFor();
    await expectAccessible(olga, 'a link to copy');
    await olga.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await press(olga, 'Copy');
    await olga.getByRole('button', { name: 'Copied' }).waitFor();
    // who has not been in has no session to end, and the button looks it
    const nothingToEnd = olga.locator('form[action$="/end-sessions"] button:disabled');
    expect(await styleOf(nothingToEnd, 'opacity')).toBe('0.6');
    const link = await olga.inputValue('#link');
    expect(await olga.evaluate('navigator.clipboard.readText()')).toBe(link);

    const bea = await browser.visit({ width: 360 });
    await bea.goto(link);
    await bea.fill('#password', 'battery staple');
    await bea.keyboard.press('Enter');
    await bea.waitForURL(`${base}/console`);
    // signed in, Back leads to the console; anyone else learns what the link is
    await signOut(bea);
    await bea.goto(link);
    expect(await bea.textContent('h1')).toBe('This link has already been used');
    await expectAccessible(bea, 'a used link');
  });

  test('a password is lost and found', async () => {
    const { id } = await make('cleo@example.org');
    const page = await browser.visit({ width: 360 });
    await page.goto(`${base}/console/sign-in`);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.fill('#email', 'cleo@example.org');
    await press(page, 'Email me a link');
    await page.getByRole('heading', { name: 'Check your inbox' }).waitFor();
    await expectAccessible(page, 'a link was sent');
    const { db } = desk.context;
    const letter = await eventually(() =>
      db
        .selectFrom('letters')
        .selectAll()
        .where('kind', '=', 'password')
        .where('email', '=', 'cleo@example.org')
        .executeTakeFirstOrThrow(),
    );
    const { content } = await letterContent(desk.context, letter as never);
    await page.goto(content.kind === 'password' ? content.parts.url : '');
    await expectAccessible(page, 'a new password');
    await page.fill('#password', 'battery staple');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/console`);
    await page.goto(`${base}/console/me`);
    await page.locator('#sessions').getByText('with a one-time link').waitFor();
    expect(
      (await db.selectFrom('sessions').select('method').where('operatorId', '=', id).execute())
        .length,
    ).toBe(1);
  });

  test('an app is set up, and a recovery code opens when it is lost', async () => {
    await make('dora@example.org');
    const page = await browser.visit({ width: 360 });
    await signIn(page, 'dora@example.org');
    await page.goto(`${base}/console/me`);
    await press(page, 'Set up an app');
    const secret = ((await page.textContent('.key')) ?? '').replaceAll(' ', '');
    await expectAccessible(page, 'an app to scan');
    await page.fill('#code', generateSync({ secret }));
    await press(page, 'Confirm');
    const codes = await page.locator('.codes code').allTextContents();
    expect(codes).toHaveLength(10);
    await expectAccessible(page, 'recovery codes');
    await signOut(page);
    await signIn(page, 'dora@example.org', '/console/sign-in/code');
    await expectAccessible(page, 'a code is asked for');
    await page.fill('#code', codes[3] ?? '');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/console`);
    await page.getByText('You used a recovery code: 9 left').waitFor();
  });

  test('a passkey is added, named, used in place of a password and removed', async () => {
    const { id } = await make('eli@example.org');
    const page = await browser.visit({ width: 1280 });
    const authenticator = await virtualAuthenticator(page);
    await signIn(page, 'eli@example.org');
    await page.goto(`${base}/console/me`);
    await page.fill('#passkey-name', 'Laptop');
    await press(page, 'Add a passkey');
    await page.getByText('The passkey has been added.').waitFor();
    expect(await page.locator('.codes code').count()).toBe(10);
    await page.getByText('Rename', { exact: true }).click();
    await page.getByLabel('Name of the passkey “Laptop”').fill('Blue laptop');
    await page.locator('.records').getByRole('button', { name: 'Save' }).click();
    await page.locator('.records').getByText('Blue laptop').first().waitFor();
    await expectAccessible(page, 'a passkey');

    await signOut(page);
    await page.goto(`${base}/console/sign-in`);
    await expectAccessible(page, 'ways in');
    await press(page, 'Sign in with a passkey');
    await page.waitForURL(`${base}/console`);
    // a password alone does not open it any more, and the passkey is the second factor
    await signOut(page);
    await signIn(page, 'eli@example.org', '/console/sign-in/code');
    await expectAccessible(page, 'a passkey is asked for');
    await press(page, 'Sign in with a passkey');
    await page.waitForURL(`${base}/console`);
    const { db } = desk.context;
    const { counter } = await db
      .selectFrom('passkeys')
      .select('counter')
      .where('operatorId', '=', id)
      .executeTakeFirstOrThrow();
    expect(Number(counter)).toBeGreaterThan(0);

    // one whose user was not verified is not enough
    await authenticator.send('WebAuthn.setUserVerified', {
      authenticatorId: authenticator.id,
      isUserVerified: false,
    });
    await signOut(page);
    await page.goto(`${base}/console/sign-in`);
    await press(page, 'Sign in with a passkey');
    await page.getByText('No passkey was used.').waitFor();
    await authenticator.send('WebAuthn.setUserVerified', {
      authenticatorId: authenticator.id,
      isUserVerified: true,
    });

    await press(page, 'Sign in with a passkey');
    await page.waitForURL(`${base}/console`);
    await page.goto(`${base}/console/me`);
    await page.getByText('Remove', { exact: true }).click();
    await press(page, 'Remove it');
    await page.getByText('The passkey has been removed.').waitFor();
    await signOut(page);
    await page.goto(`${base}/console/sign-in`);
    await press(page, 'Sign in with a passkey');
    await page.getByText('The passkey did not work').waitFor();
    await signIn(page, 'eli@example.org');
  });

  test('a passkey answers once, on this origin and no other', async () => {
    const { db } = desk.context;
    const { id } = await make('fay@example.org');
    const page = await browser.visit({ width: 1280 });
    await virtualAuthenticator(page);
    await signIn(page, 'fay@example.org');
    await page.goto(`${base}/console/me`);
    await press(page, 'Add a passkey');
    await page.getByText('The passkey has been added.').waitFor();
    await signOut(page);
    await page.goto(`${base}/console/sign-in`);
    const sent = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/sign-in/passkey'),
    );
    await press(page, 'Sign in with a passkey');
    const form = new URLSearchParams((await sent).postData() ?? '');
    await page.waitForURL(`${base}/console`);
    const answer = JSON.parse(form.get('response') ?? '{}');
    const refused = async (response: unknown) => {
      const eve = desk.browser();
      await eve.post('/console/sign-in/passkey/options', {});
      const { status } = await eve.post('/console/sign-in/passkey', {
        response: typeof response === 'string' ? response : JSON.stringify(response),
      });
      return [status, (await eve.get('/console')).status];
    };
    // to another challenge, and to none
    expect(await refused(answer)).toEqual([422, 303]);
    const again = await desk
      .browser()
      .post('/console/sign-in/passkey', { response: JSON.stringify(answer) });
    expect(again.status).toBe(422);
    // signed on another origin of the same host, for a challenge of this one
    const stolen = desk.browser();
    const optionsJSON = (await stolen.post('/console/sign-in/passkey/options', {})).text;
    await page.goto(`${evil.base.replace('127.0.0.1', 'localhost')}/console/sign-in`);
    const signed = await page.evaluate<object>(
      `import('/vendor/simplewebauthn/index.js').then((library) => library.startAuthentication({ optionsJSON: ${optionsJSON} }))`,
    );
    const relayed = await stolen.post('/console/sign-in/passkey', {
      response: JSON.stringify(signed),
    });
    expect([relayed.status, (await stolen.get('/console')).status]).toEqual([422, 303]);
    for (const odd of [
      '',
      '{}',
      '[]',
      'null',
      '{"id":"x"}',
      JSON.stringify({ ...answer, id: 'x' }),
      `${'x'.repeat(5000)}`,
    ])
      expect(await refused(odd), odd.slice(0, 20)).toEqual([422, 303]);
    const wrong = await db
      .selectFrom('audit')
      .select('object')
      .where('action', '=', 'wrong passkey')
      .where('object', '=', `operator ${id}`)
      .execute();
    expect(wrong).toHaveLength(3);
    // the browser itself gives none to another host
    await page.goto(desk.base.replace('localhost', '127.0.0.1'));
    const elsewhere = await page.evaluate<string>(
      `navigator.credentials.get({ publicKey: { challenge: new Uint8Array(32), rpId: 'localhost' } }).then(() => 'given', (error) => error.name)`,
    );
    expect(elsewhere).toBe('SecurityError');
  });

  test('the identity provider of the newsroom lets in who was invited, and nobody else', async () => {
    await make('ana@example.org');
    const page = await browser.visit({ width: 1280 });
    const through = async (name: string) => {
      await page.context().clearCookies();
      await page.goto(`${base}/console/sign-in`);
      await page.getByRole('link', { name: /^Sign in with 127/ }).click();
      await page.fill('input[name="login"]', name);
      await page.fill('input[name="password"]', 'any');
      await page.locator('button[type="submit"]').click();
      await page.locator('button[type="submit"]', { hasText: 'Continue' }).click();
    };
    await through('eve');
    await page.getByText('has not verified your email address').waitFor();
    await expectAccessible(page, 'single sign-on refused');
    await through('ana');
    await page.waitForURL(`${base}/console`);
    await page.goto(`${base}/console/me`);
    await page.locator('#sessions').getByText('with single sign-on').waitFor();
    await through('stranger');
    await page.getByText('did not say your email address').waitFor();
  });

  test.each(looks)('every page before the console is for everybody: %o', async (look) => {
    const page = await browser.visit(look);
    for (const path of ['sign-in', 'sign-in/forgot', 'sign-in/forgot?sent', 'setup/gcs_nothing']) {
      await page.goto(`${base}/console/${path}`);
      expect(await page.locator('h1').count()).toBe(1);
      await expectAccessible(page, path);
    }
  });
});

/** An authenticator that verifies its user, as a phone or laptop does (Chromium's own, by its protocol). */
async function virtualAuthenticator(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { id: authenticatorId, send: session.send.bind(session) };
}
