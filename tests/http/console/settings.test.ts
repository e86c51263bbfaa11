import { beforeAll, describe, expect, it } from 'vitest';
import { createNewsletter } from '../../../src/newsletters/newsletters.ts';
import { getNewsroom } from '../../../src/newsletters/newsroom.ts';
import { getSendingRules } from '../../../src/newsletters/sending-rules.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { getSignUpSettings } from '../../../src/subscribers/sign-up-settings.ts';
import { addressesIn } from '../public/fixtures/addresses-in.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';

describe('the settings', async () => {
  const { context, base, browser } = await openConsole();
  const { db } = context;
  let ana: Browser;
  let eve: Browser;
  const auditRows = () =>
    db.selectFrom('audit').select(['object', 'detail']).where('action', '=', 'change').execute();

  beforeAll(async () => {
    await createNewsletter(db, { slug: 'week-end', title: 'The Weekend' });
    await createOperator(db, { email: 'ana@example.org', password, role: 'admin' });
    await createOperator(db, { email: 'eve@example.org', password, role: 'editor' });
    ana = await signedIn('ana@example.org');
    eve = await signedIn('eve@example.org');
  });
  async function signedIn(email: string) {
    const person = browser();
    await person.post('/console/sign-in', { email, password });
    return person;
  }
  /** The form as it stands, with some fields typed over. */
  async function form(typed: Record<string, string> = {}): Promise<Record<string, string>> {
    const { text } = await ana.get('/console/settings/newsroom');
    return { ...Object.fromEntries(settingsIn(text)), ...typed };
  }
  const settingsIn = (text: string) =>
    addressesIn(text, `${base}/console/settings/newsroom`).forms.find(({ action }) =>
      action.endsWith('/settings/newsroom'),
    )?.fields ?? [];

  it('are saved as they were typed, each change with its audit row', async () => {
    const done = await ana.post(
      '/console/settings/newsroom',
      await form({
        name: 'The Harbour Post',
        'wording.en': 'I want mail from {{newsroom}}.',
        'inAll.0': '400',
        proof: 'always',
        refuseDisposable: '',
      }),
    );
    expect([done.status, done.location]).toEqual([303, '/console/settings/newsroom']);
    expect((await ana.get('/console/settings/newsroom')).text).toContain('Saved.');
    expect(await getNewsroom(db)).toMatchObject({ name: 'The Harbour Post', colour: null });
    expect(await getSignUpSettings(db)).toMatchObject({
      wording: { en: 'I want mail from {{newsroom}}.' },
      wordingVersion: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      proof: 'always',
      refuseDisposable: false,
      inAll: [400, 50_000],
    });
    expect(await auditRows()).toEqual([
      { object: 'newsroom', detail: { fields: ['name'] } },
      { object: 'sign-up', detail: { fields: ['wording', 'proof', 'refuseDisposable', 'inAll'] } },
    ]);
  });

  it('have their decimals as the operator writes them', async () => {
    await createOperator(db, {
      email: 'sol@example.org',
      password,
      role: 'admin',
      language: 'es',
    });
    const sol = await signedIn('sol@example.org');
    const shown = Object.fromEntries(
      settingsIn((await sol.get('/console/settings/newsroom')).text),
    );
    expect(shown).toMatchObject({ complaintsTell: '0,1', complaintsHold: '0,3' });
    await sol.post('/console/settings/newsroom', { ...shown, complaintsTell: '0,15' });
    expect((await form())['complaintsTell']).toBe('0.15');
    await ana.post('/console/settings/newsroom', await form({ complaintsTell: '0.1' }));
  });

  it('change nothing, and write nothing down, when nothing differs', async () => {
    const before = await auditRows();
    await ana.post('/console/settings/newsroom', await form());
    expect((await ana.get('/console/settings/newsroom')).text).toContain('nothing to change');
    expect(await auditRows()).toEqual(before);
  });

  it('give another wording another version', async () => {
    const before = (await getSignUpSettings(db)).wordingVersion;
    await ana.post('/console/settings/newsroom', await form({ 'wording.es': 'Quiero correo.' }));
    const after = await getSignUpSettings(db);
    expect(after.wordingVersion).toBe(`${before}.2`);
    await ana.post('/console/settings/newsroom', await form({ perDomain: '150' }));
    expect((await getSignUpSettings(db)).wordingVersion).toBe(after.wordingVersion);
  });

  it.each([
    ['name', '', 'A name has'],
    ['colour', 'red"><script>', 'Enter a colour'],
    ['perDomain', 'many', 'Enter a whole number'],
    ['perDomain', '0', 'Enter a whole number'],
    ['perMailbox', '1.5', 'Enter a whole number'],
    ['perOrigin.1', '3', 'Enter a number that is not lower'],
    ['inAll.0', '-1', 'Enter a whole number'],
    ['wording.en', 'x'.repeat(1001), 'At most 1,000'],
  ])('say beside %s what is wrong with %j, and lose nothing', async (field, value, why) => {
    const before = [await getNewsroom(db), await getSignUpSettings(db)];
    const typed = await form({ postalAddress: '12 Quay Street\nPort Alder', [field]: value });
    const page = await ana.post('/console/settings/newsroom', typed);
    expect(page.status).toBe(422);
    const id = field.replaceAll('.', '-');
    expect(page.text).toMatch(new RegExp(`id="${id}-wrong">${why}`));
    expect(page.text).toMatch(
      new RegExp(
        `id="${id}"[^>]* aria-describedby="[^"]*${id}-wrong"[^>]* aria-invalid="true"[^>]* autofocus`,
      ),
    );
    expect(page.text).toContain('12 Quay Street\nPort Alder');
    expect(page.text).not.toContain('<script>');
    const again = settingsIn(page.text);
    if (field !== 'wording.en') expect(again).toContainEqual([field, value]);
    expect([await getNewsroom(db), await getSignUpSettings(db)]).toEqual(before);
  });

  it('are not written over what somebody else changed meanwhile', async () => {
    const mine = await form({ name: 'Mine' });
    await ana.post('/console/settings/newsroom', await form({ name: 'Theirs' }));
    const page = await ana.post('/console/settings/newsroom', mine);
    expect(page.status).toBe(409);
    expect(page.text).toContain('value="Mine"');
    expect((await getNewsroom(db)).name).toBe('Theirs');
    const fields = settingsIn(page.text);
    const done = await ana.post('/console/settings/newsroom', {
      ...mine,
      ...Object.fromEntries(fields),
    });
    expect(done.status).toBe(303);
    expect((await getNewsroom(db)).name).toBe('Mine');
  });

  it('are for all to see and for admins to change', async () => {
    const page = await eve.get('/console/settings/newsroom');
    expect(page.status).toBe(200);
    expect(page.text.match(/<fieldset class="card" disabled>/g)).toHaveLength(3);
    expect(page.text).not.toContain('>Save<');
    const before = await getNewsroom(db);
    const refused = await eve.post('/console/settings/newsroom', await form({ name: 'Eve’s' }));
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining('Your role: editor'),
    ]);
    expect(await getNewsroom(db)).toEqual(before);
  });

  it('stand on the form, and in the consent that is kept', async () => {
    await ana.post(
      '/console/settings/newsroom',
      await form({ name: 'Kept & Co', 'wording.en': 'Mail me, {{newsroom}}!', proof: 'unusual' }),
    );
    // pages look again within seconds
    const reader = browser();
    await expect
      .poll(async () => (await reader.get('/?lang=en')).text)
      .toContain('Mail me, Kept &amp; Co!');
    const signedUp = await reader.post('/subscribe', {
      email: 'r@example.org',
      newsletter: 'daily',
      lang: 'en',
    });
    expect(signedUp.status).toBe(303);
    const { wordingVersion } = await getSignUpSettings(db);
    const consents = await db
      .selectFrom('consents')
      .select(['wording', 'wordingVersion'])
      .execute();
    expect(consents).toEqual([{ wording: 'Mail me, Kept & Co!', wordingVersion }]);
  });

  it('say when nothing more is sent, and what of it does not fit', async () => {
    const post = async (typed: Record<string, string>) =>
      ana.post('/console/settings/newsroom', await form(typed));
    await post({ softDays: '4', complaintsHold: '0.5', sunsetMonths: '12' });
    const saved = { softDays: 4, softWithin: 15, complaintsHold: 0.5, sunsetMonths: 12 };
    expect(await getSendingRules(db)).toMatchObject(saved);
    for (const [field, text] of [
      ['softWithin', '3'],
      ['sunsetWeeks', 'soon'],
    ] as const) {
      const wrong = await post({ [field]: text });
      expect(wrong.status, field).toBe(422);
      expect(wrong.text).toContain(`id="${field}-wrong"`);
      expect(wrong.text).toContain(`value="${text}"`);
    }
    expect(await getSendingRules(db)).toMatchObject(saved);
    await post({ sunsetMonths: '' });
    expect(await getSendingRules(db)).toMatchObject({ ...saved, sunsetMonths: null });
  });
});
