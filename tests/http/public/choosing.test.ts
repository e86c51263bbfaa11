import { beforeAll, describe, expect, test } from 'vitest';
import {
  addressUrl,
  preferencesUrl,
  privacyUrl,
  restoreUrl,
} from '../../../src/subscribers/links.ts';
import { type MadeNewsletter, makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site, tokensFor } from './fixtures/site.ts';

let site: Site;
let daily: MadeNewsletter;
beforeAll(async () => {
  site = await openSite();
  daily = await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
  await makeNewsletter(site.context.db, 'weekend', { title: 'The Weekend' });
  await makeNewsletter(site.context.db, 'sahel', { title: 'صباح الساحل', language: 'ar' });
});

async function joined(email: string) {
  await site.postJson('/subscribe', { email, newsletter: ['daily', 'weekend'] });
  const tokens = await tokensFor(site.context, email);
  await site.post(`/confirm/${tokens.confirm}`, {});
  return tokens;
}
const subscription = (id: string, newsletter = daily.id) =>
  site.context.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('subscriberId', '=', id)
    .where('newsletterId', '=', newsletter)
    .executeTakeFirstOrThrow();
const person = (id: string) =>
  site.context.db
    .selectFrom('subscribers')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
const lettersOf = (id: string, kind: string) =>
  site.context.db
    .selectFrom('letters')
    .selectAll()
    .where('subscriberId', '=', id)
    .where('kind', '=', kind)
    .execute();

describe('confirming', () => {
  test('shows what was asked for, and takes what is ticked', async () => {
    await site.postJson('/subscribe', {
      email: 'some@example.org',
      newsletter: ['daily', 'weekend'],
    });
    const { id, confirm } = await tokensFor(site.context, 'some@example.org');
    const page = await (await site.get(`/confirm/${confirm}`)).text();
    expect(page).toContain('value="daily" checked');
    expect(page).toContain('value="weekend" checked');
    const none = await site.post(`/confirm/${confirm}`, { some: '1' });
    expect(none.status).toBe(422);
    await site.post(`/confirm/${confirm}`, { some: '1', newsletter: 'weekend' });
    expect((await subscription(id)).state).toBe('pending');
    const again = await site.get(`/confirm/${confirm}`);
    expect(await again.text()).toContain('You will receive The Daily');
  });

  test('answers the hundredth click as the first, and a link whose reader left without bringing them back', async () => {
    const { id, confirm, unsubscribe } = await joined('often@example.org');
    const again = await site.press(`/confirm/${confirm}`);
    expect(again.status).toBe(200);
    expect(await again.text()).toContain('Subscription confirmed');
    await site.post(`/unsubscribe/${unsubscribe(daily.id)}`, { scope: 'all' });
    const later = await site.press(`/confirm/${confirm}`);
    expect(later.status).toBe(200);
    expect((await subscription(id)).state).toBe('unsubscribed');
  });
});

describe('the page to choose on', () => {
  test('keeps choices that hold from the next message on', async () => {
    const { id, preferences } = await joined('ana@example.org');
    const page = await site.get(`/preferences/${preferences}`);
    const html = await page.text();
    expect(html).toContain('a•••@example.org');
    expect(html).not.toContain('ana@example.org');
    const saved = await site.post(`/preferences/${preferences}`, {
      language: 'es',
      timezone: 'America/Caracas',
      'daily.frequency': 'weekdays',
      'daily.hour': '18:00',
      'daily.sections': ['news', 'special-reports'],
      'daily.format': 'headlines',
      'daily.pause': '2099-12-24',
    });
    expect(saved.status).toBe(303);
    expect(saved.headers.get('location')).toBe(`/preferences/${preferences}?saved=1&lang=es`);
    expect(await person(id)).toMatchObject({ language: 'es', timezone: 'America/Caracas' });
    expect(await subscription(id)).toMatchObject({
      state: 'active',
      frequency: 'weekdays',
      hour: '18:00',
      sections: ['news', 'special-reports'],
      format: 'headlines',
      pausedUntil: new Date('2099-12-24T04:00:00Z'),
    });
    const shown = await (await site.get(`/preferences/${preferences}?saved=1`)).text();
    expect(shown).toContain('Guardado');
    expect(shown).toContain('value="2099-12-24"');
    expect(shown).toMatch(/<option value="headlines" selected>Solo titulares/);

    await site.post(`/preferences/${preferences}`, {
      timezone: '',
      'daily.frequency': 'daily',
      'daily.hour': '',
      'daily.sections': ['news', 'updates', 'special-reports'],
      'daily.pause': '2020-01-01',
    });
    expect(await person(id)).toMatchObject({ language: 'es', timezone: null });
    expect(await subscription(id)).toMatchObject({
      frequency: 'daily',
      hour: null,
      sections: null,
      // what a form does not name stays
      format: 'headlines',
      pausedUntil: null,
    });
  });

  test.each<Record<string, string | string[]>>([
    { 'daily.frequency': 'hourly' },
    { 'daily.frequency': 'daily', 'daily.format': 'loud' },
    { 'daily.frequency': 'daily', 'daily.hour': '25:00' },
    { 'daily.frequency': 'daily', 'daily.sections': [] },
    { 'daily.frequency': 'daily', 'daily.sections': ['sport'] },
    { 'daily.frequency': 'daily', 'daily.sections': ['news'], 'daily.pause': '2099-02-31' },
    { timezone: 'Mars/Olympus' },
    { language: 'xx' },
  ])('refuses what cannot be, and saves nothing of it (%#)', async (fields) => {
    const { id, preferences } = await joined('wrong@example.org');
    const before = [await subscription(id), await person(id)];
    const answer = await site.post(`/preferences/${preferences}`, fields);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('Nothing was saved');
    expect([await subscription(id), await person(id)]).toEqual(before);
  });

  test('keeps a language that has emails and no pages, and its sign-up asks in it', async () => {
    await site.post('/subscribe', { email: 'layla@example.org', newsletter: 'sahel', lang: 'es' });
    const { id, confirm, preferences } = await tokensFor(site.context, 'layla@example.org');
    expect((await lettersOf(id, 'confirmation'))[0]?.language).toBe('ar');
    await site.post(`/confirm/${confirm}`, {});
    expect((await person(id)).language).toBe('ar');

    const page = await site.get(`/preferences/${preferences}`, { 'accept-language': 'es' });
    const html = await page.text();
    expect(html).toContain('<option value="ar" lang="ar" selected>العربية</option>');
    expect(html).toContain('<html lang="es"');
    await site.post(`/preferences/${preferences}`, { language: 'ar', name: 'ليلى' });
    expect(await person(id)).toMatchObject({ language: 'ar', name: 'ليلى' });
    const other = await site.post(`/preferences/${preferences}`, { language: 'he' });
    expect(other.status).toBe(422);
  });

  test('loses nothing that was typed when it cannot be saved', async () => {
    const { preferences } = await joined('typed@example.org');
    const answer = await site.post(`/preferences/${preferences}`, {
      lang: 'en',
      language: 'es',
      timezone: 'America/Caracas',
      name: 'Ana Typed',
      'daily.frequency': 'weekly',
      'daily.hour': '18:00',
      'daily.pause': '2099-12-24',
      'weekend.frequency': 'special',
      'weekend.hour': '06:00',
      'weekend.sections': ['updates'],
    });
    expect(answer.status).toBe(422);
    const html = await answer.text();
    const of = (slug: string) => {
      const from = html.indexOf(`id="${slug}-title"`);
      return html.slice(from, html.indexOf('</section>', from));
    };
    const ticked = (part: string) => part.match(/value="[a-z-]+" checked/g) ?? [];
    expect(of('daily')).toContain('value="weekly" selected');
    expect(of('daily')).toContain('<option value="18:00" selected>');
    expect(of('daily')).toContain('value="2099-12-24"');
    expect(ticked(of('daily'))).toEqual([]);
    expect(of('daily')).toContain('<fieldset class="wrong" aria-describedby="problem"');
    expect(of('weekend')).toContain('value="special" selected');
    expect(of('weekend')).toContain('<option value="06:00" selected>');
    expect(ticked(of('weekend'))).toEqual(['value="updates" checked']);
    expect(html).toContain('value="Ana Typed"');
    expect(html).toContain('value="es" lang="es" selected');
    expect(html).toContain('value="America/Caracas" selected');
  });

  test('offers time zones by region, by the names they have today', async () => {
    const { id, preferences } = await joined('zones@example.org');
    await site.context.db
      .updateTable('subscribers')
      .set({ timezone: 'Asia/Calcutta' })
      .where('id', '=', id)
      .execute();
    const html = await (await site.get(`/preferences/${preferences}?lang=es`)).text();
    expect(html).toContain('<optgroup label="Europa">');
    expect(html).toMatch(/<option value="Europe\/Madrid">Madrid, España \(UTC\+[12]\)/);
    expect(html).toContain('<option value="Asia/Kolkata" selected>Kolkata, India (UTC+5:30)');
    expect(html).not.toContain('Asia/Calcutta');
  });

  test('never begins a subscription, whatever is sent to it', async () => {
    const { id, preferences, unsubscribe } = await joined('ended@example.org');
    await site.post(`/unsubscribe/${unsubscribe(daily.id)}`, {});
    const before = await subscription(id);
    await site.post(`/preferences/${preferences}`, {
      'daily.frequency': 'weekly',
      'daily.sections': 'news',
    });
    expect(await subscription(id)).toEqual(before);
  });

  test('sends a fresh link for what needs one, and only one in ten minutes', async () => {
    const { id, preferences } = await joined('fresh@example.org');
    const asked = await site.press(`/preferences/${preferences}/data`);
    expect(await asked.text()).toContain('f•••@example.org');
    await Promise.all([1, 2, 3, 4].map(() => site.post(`/preferences/${preferences}/data`, {})));
    expect(await lettersOf(id, 'privacy')).toMatchObject([{ email: null, language: 'en' }]);
    expect((await site.get(`/privacy/${preferences}`)).status).toBe(404);
  });
});

describe('a name', () => {
  test('is shown where the reader chooses, changed there, and never a link', async () => {
    const { id, preferences } = await joined('called@example.org');
    const path = `/preferences/${preferences}`;
    const save = (name: string) =>
      site.post(path, { name, 'daily.frequency': 'daily', 'daily.sections': 'news' });
    expect((await save('Ana "La Voz" Ruiz')).status).toBe(303);
    expect(await person(id)).toMatchObject({ name: 'Ana "La Voz" Ruiz' });
    expect(await (await site.get(path)).text()).toContain('value="Ana &quot;La Voz&quot; Ruiz"');
    const wrong = await save('You won: https://evil.example');
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('without an email or web address');
    expect(await person(id)).toMatchObject({ name: 'Ana "La Voz" Ruiz' });
    await site.post(path, { 'daily.frequency': 'weekdays', 'daily.sections': 'news' });
    expect(await person(id)).toMatchObject({ name: 'Ana "La Voz" Ruiz' });
    await save('');
    expect(await person(id)).toMatchObject({ name: null });
  });

  test('of a sign-up is refused with a link in it', async () => {
    const fields = {
      email: 'victim@example.org',
      newsletter: 'daily',
      name: 'evil.com gives you 1',
    };
    const form = await site.post('/subscribe', fields);
    expect(form.status).toBe(422);
    expect(await form.text()).toContain('without an email or web address');
    const json = await fetch(`${site.url}/subscribe`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(fields),
    });
    expect(json.status).toBe(422);
  });
});

describe('a person’s own data', () => {
  test('is shown and saved from a fresh link alone', async () => {
    const { privacy } = await joined('own@example.org');
    const page = await site.get(`/privacy/${privacy}`);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await page.text()).toContain('own@example.org');
    const file = await site.get(`/privacy/${privacy}/data.json`);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename=my-data.json');
    expect(await file.json()).toMatchObject({ subscriber: { email: 'own@example.org' } });
  });

  test('moves to another address once that one has said yes', async () => {
    const { id, privacy } = await joined('old@example.org');
    const bad = await site.post(`/privacy/${privacy}/address`, { email: 'new@' });
    expect(bad.status).toBe(422);
    const same = await site.post(`/privacy/${privacy}/address`, { email: 'OLD@example.org' });
    expect(await same.text()).toContain('This is already your address');
    const sent = await site.press(`/privacy/${privacy}/address`, { email: 'New@Example.net' });
    expect(await sent.text()).toContain('New@Example.net');
    const [letter] = await lettersOf(id, 'address');
    expect(letter).toMatchObject({
      email: 'New@Example.net',
      content: { oldAddress: 'o•••@example.org' },
    });
    const url = addressUrl(
      { publicUrl: '', tokens: site.context.tokens },
      id,
      letter?.id ?? '',
      new Date(Date.now() + 60_000),
    );
    const question = await (await site.get(url)).text();
    expect(question).toContain('New@Example.net');
    expect(question).toContain('o•••@example.org');
    expect(question).not.toContain('old@example.org');
    expect(await person(id)).toMatchObject({ email: 'old@example.org' });
    expect(await (await site.press(url)).text()).toContain('Address changed');
    expect(await person(id)).toMatchObject({
      email: 'New@Example.net',
      emailKey: 'new@example.net',
      addressHash: site.context.hashAddress('new@example.net'),
    });
    expect((await subscription(id)).state).toBe('active');
  });

  describe('after a move', () => {
    const maker = () => ({ publicUrl: '', tokens: site.context.tokens });
    const soon = () => new Date(Date.now() + 60_000);

    /** Moves a new reader; answers the links that the old address and the new one were sent. */
    async function moved(from: string, to: string) {
      const tokens = await joined(from);
      await site.post(`/privacy/${tokens.privacy}/address`, { email: to });
      const [letter] = await lettersOf(tokens.id, 'address');
      const asked = addressUrl(maker(), tokens.id, letter?.id ?? '', soon());
      await site.press(asked);
      const [told] = await lettersOf(tokens.id, 'moved');
      const restore = restoreUrl(maker(), tokens.id, told?.id ?? '', soon());
      return { ...tokens, asked, told, restore };
    }

    test('the old address is told, and takes it back', async () => {
      const { id, told, restore, asked } = await moved('rob@example.org', 'thief@evil.example');
      expect(told).toMatchObject({
        email: 'rob@example.org',
        content: { newAddress: 't•••@evil.example' },
      });
      expect(await (await site.get(restore)).text()).not.toContain('thief@');
      expect(await person(id)).toMatchObject({ email: 'thief@evil.example' });
      expect(await (await site.press(restore)).text()).toContain('rob@example.org');
      expect(await person(id)).toMatchObject({ email: 'rob@example.org', addressChanges: 2 });
      expect((await subscription(id)).state).toBe('active');
      // what was mailed to the other address opens nothing more
      const theirs = privacyUrl(maker(), id, soon(), 1);
      expect((await site.get(theirs)).status).toBe(404);
      expect((await site.get(asked)).status).toBe(404);
      expect((await site.get(privacyUrl(maker(), id, soon(), 2))).status).toBe(200);
    });

    test('also when it has moved on, and nobody can take that back again', async () => {
      const { id, restore } = await moved('first@example.net', 'second@evil.example');
      await site.post(privacyUrl(maker(), id, soon(), 1).concat('/address'), {
        email: 'third@evil.example',
      });
      const asked = (await lettersOf(id, 'address')).at(-1);
      await site.press(addressUrl(maker(), id, asked?.id ?? '', soon(), 1));
      expect(await person(id)).toMatchObject({ email: 'third@evil.example' });
      const second = (await lettersOf(id, 'moved')).at(-1);
      await site.press(restore);
      expect(await person(id)).toMatchObject({ email: 'first@example.net' });
      const back = restoreUrl(maker(), id, second?.id ?? '', soon());
      expect((await site.get(back)).status).toBe(404);
      expect((await site.post(back, {})).status).toBe(404);
    });

    test('links in older mails end, and still unsubscribe', async () => {
      const { id, preferences, privacy, unsubscribe } = await moved(
        'before@example.org',
        'after@example.net',
      );
      expect((await site.get(`/preferences/${preferences}`)).status).toBe(404);
      expect((await site.post(`/preferences/${preferences}/data`, {})).status).toBe(404);
      expect((await site.get(`/privacy/${privacy}`)).status).toBe(404);
      expect((await site.post(`/privacy/${privacy}/erase`, { sure: '1' })).status).toBe(404);
      expect((await site.get(preferencesUrl(maker(), id, 1))).status).toBe(200);
      const path = `/unsubscribe/${unsubscribe(daily.id)}`;
      const page = await (await site.get(path)).text();
      expect(page).not.toContain('example.net');
      expect(page).not.toContain('/preferences/');
      const out = await (await site.press(path)).text();
      expect(out).not.toContain('example.net');
      expect(out).not.toContain('/undo/');
      expect((await subscription(id)).state).toBe('unsubscribed');
    });

    test('a suppressed old address is told nothing', async () => {
      await site.context.db
        .insertInto('suppressions')
        .values({ addressHash: site.context.hashAddress('mute@example.org'), reason: 'bounce' })
        .execute();
      const { id } = await joined('loud@example.org');
      await site.context.db
        .updateTable('subscribers')
        .set({ addressHash: site.context.hashAddress('mute@example.org') })
        .where('id', '=', id)
        .execute();
      const privacy = privacyUrl(maker(), id, soon());
      await site.post(`${privacy}/address`, { email: 'louder@example.org' });
      const [letter] = await lettersOf(id, 'address');
      await site.press(addressUrl(maker(), id, letter?.id ?? '', soon()));
      expect(await lettersOf(id, 'moved')).toEqual([]);
    });
  });

  test('is asked about a mistyped address before anything is sent, and moves to no fourth a day', async () => {
    const { id, privacy } = await joined('tries@example.org');
    const move = (fields: Record<string, string>) =>
      site.post(`/privacy/${privacy}/address`, fields);
    const asked = await move({ email: 'lola@gmial.com' });
    expect(asked.status).toBe(422);
    expect(await asked.text()).toContain('Did you mean lola@gmail.com?');
    expect(await lettersOf(id, 'address')).toEqual([]);
    await move({ email: 'lola@gmial.com', meant: 'lola@gmail.com' });
    await move({ email: 'lola@gmial.com', meant: 'lola@gmial.com' });
    await move({ email: 'third@example.net' });
    const fourth = await move({ email: 'fourth@example.net' });
    expect(fourth.status).toBe(422);
    expect(await fourth.text()).toContain('Try again tomorrow');
    expect((await lettersOf(id, 'address')).map((letter) => letter.email)).toEqual([
      'lola@gmail.com',
      'lola@gmial.com',
      'third@example.net',
    ]);
  });

  test('cannot move to an address that somebody has', async () => {
    await joined('taken@example.org');
    const { id, privacy } = await joined('mover@example.org');
    await site.post(`/privacy/${privacy}/address`, { email: 'taken@example.org' });
    const [letter] = await lettersOf(id, 'address');
    const maker = { publicUrl: '', tokens: site.context.tokens };
    const url = addressUrl(maker, id, letter?.id ?? '', new Date(Date.now() + 60_000));
    expect((await site.post(url, {})).status).toBe(409);
    expect(await person(id)).toMatchObject({ email: 'mover@example.org' });
  });

  test('is erased when the reader means it, twice pressed or not', async () => {
    const { id, privacy, preferences } = await joined('erase@example.org');
    const unsure = await site.post(`/privacy/${privacy}/erase`, {});
    expect(unsure.status).toBe(422);
    expect(await person(id)).toMatchObject({ email: 'erase@example.org' });
    const answers = await Promise.all(
      [1, 2].map(() => site.press(`/privacy/${privacy}/erase`, { sure: '1' })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(await person(id)).toMatchObject({ email: null, emailKey: null, addressHash: null });
    const again = await site.press(`/privacy/${privacy}/erase`, { sure: '1' });
    expect(await again.text()).toContain('Your data has been erased');
    expect((await site.post(`/privacy/${privacy}/erase`, {})).status).toBe(404);
    expect((await site.get(`/privacy/${privacy}`)).status).toBe(404);
    expect((await site.get(`/preferences/${preferences}`)).status).toBe(404);
  });
});

describe('leaving', () => {
  test('says whose subscription it is, keeps a reason, and can be undone', async () => {
    const { id, unsubscribe } = await joined('leaver@example.org');
    const path = `/unsubscribe/${unsubscribe(daily.id)}`;
    const page = await (await site.get(path)).text();
    expect(page).toContain('l•••@example.org');
    expect(page).toContain('Unsubscribe from all newsletters');
    const out = await site.press(path, { scope: 'all' });
    const undo = /action="(\/undo\/[^"/]+)"/.exec(await out.text())?.[1] ?? '';
    const thanks = await site.press(`${undo}/reason`, {
      reason: 'often',
      more: 'every hour!\u0000',
    });
    const thanked = await thanks.text();
    expect(thanked).toContain('Thank you');
    expect(thanked).toContain(`action="${undo}"`);
    expect(thanked).not.toContain('/reason"');
    expect(await subscription(id)).toMatchObject({
      state: 'unsubscribed',
      leaveReason: 'often: every hour!',
    });
    expect(await (await site.press(undo)).text()).toContain('The Daily and The Weekend as before');
    expect(await subscription(id)).toMatchObject({ state: 'active', leaveReason: null });
  });

  test('is for one newsletter when the link is, and a second click says so too', async () => {
    const { id, unsubscribe } = await joined('half@example.org');
    const path = `/unsubscribe/${unsubscribe(daily.id)}`;
    for (let click = 0; click < 3; click++) {
      const oneClick = await site.post(path, { 'List-Unsubscribe': 'One-Click' });
      expect(oneClick.status).toBe(200);
      const answer = await site.press(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('will no longer receive The Daily.');
    }
    expect((await subscription(id)).state).toBe('unsubscribed');
    const rest = await site.context.db
      .selectFrom('subscriptions')
      .select('state')
      .where('subscriberId', '=', id)
      .where('state', '=', 'active')
      .execute();
    expect(rest).toHaveLength(1);
  });
});
