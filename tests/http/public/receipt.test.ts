import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../harness/eventually.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site, tokensFor } from './fixtures/site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite({ TRUST_PROXY: '1' });
  await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
  await makeNewsletter(site.context.db, 'weekend', { title: 'The Weekend' });
});

async function signUp(email: string, fields: Record<string, string> = {}) {
  const answer = await site.post('/subscribe', {
    lang: 'en',
    email,
    newsletter: 'daily',
    ...fields,
  });
  const next = answer.headers.get('location') ?? '';
  const page = await site.get(next);
  return { next, page, html: await page.text(), to: /to=([\w-]+)/.exec(next)?.[1] ?? '' };
}
const confirmations = async (key: string) => {
  const rows = await site.context.db
    .selectFrom('letters as l')
    .innerJoin('subscribers as s', 's.id', 'l.subscriberId')
    .select('l.id')
    .where('s.emailKey', '=', key)
    .where('l.kind', '=', 'confirmation')
    .execute();
  return rows.length;
};
/** Presses “send it again”, and waits for what comes of it after the answer. */
async function again(to: string, count: () => Promise<number>, wanted: number) {
  const page = await site.press('/subscribed', { to });
  expect(await page.text()).toContain('more than ten minutes old');
  await eventually(async () => expect(await count()).toBe(wanted));
}
const age = (minutes: number) =>
  site.context.db
    .updateTable('letters')
    .set({ createdAt: sql`created_at - ${minutes} * interval '1 minute'` })
    .execute();

describe('the page after a sign-up', () => {
  test('names the address, opens its inbox, and says of no message that it was sent', async () => {
    const { page, html, next } = await signUp('ana@gmail.com');
    expect(html).toContain('Look for our email to ana@gmail.com');
    expect(html).toContain('href="https://mail.google.com/"');
    expect(html).not.toContain('We have sent');
    expect(next).not.toContain('ana');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const spanish = await (await site.get(next.replace('lang=en', 'lang=es'))).text();
    expect(spanish).toContain('Busca nuestro correo a ana@gmail.com');
  });

  test('leads back to the form with everything that was typed', async () => {
    const { html } = await signUp('bea@example.org', {
      name: 'Bea',
      hour: '18:00',
      newsletter: 'weekend',
    });
    const back = /href="(\/\?lang=en[^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const form = await site.get(back);
    expect(form.headers.get('cache-control')).toBe('no-store');
    const text = await form.text();
    expect(text).toContain('value="bea@example.org"');
    expect(text).toContain('value="Bea"');
    expect(text).toContain('value="18:00" selected');
    expect(text).toContain('value="weekend" checked');
    expect(text).not.toContain('value="daily" checked');
  });

  test('is a plain one for who comes without a sign-up, or with a forged one', async () => {
    for (const path of ['/subscribed', '/subscribed?to=forged', '/subscribed?to=a&to=b']) {
      const html = await (await site.get(path)).text();
      expect(html).toContain('Check your inbox');
      expect(html).not.toContain('name="to"');
    }
  });
});

describe('sent again', () => {
  test('is a confirmation ten minutes later, once', async () => {
    const { to } = await signUp('carl@example.org');
    const count = () => confirmations('carl@example.org');
    await again(to, count, 1);
    await age(11);
    await again(to, count, 2);
    await age(11);
    await again(to, count, 2);
    expect(await count()).toBe(2);
  });

  test('is nothing for an address that has it all, or is never mailed', async () => {
    const { to } = await signUp('dora@example.org');
    const { confirm } = await tokensFor(site.context, 'dora@example.org');
    await site.press(`/confirm/${confirm}`);
    const gone = site.context.hashAddress('gone@example.org');
    await site.context.db
      .insertInto('suppressions')
      .values({ addressHash: gone, reason: 'complaint' })
      .execute();
    const { to: never } = await signUp('gone@example.org');
    await age(11);
    const answers = [];
    for (const one of [to, never]) {
      const answer = await site.post('/subscribed', { lang: 'en', to: one });
      answers.push(answer.headers.get('location')?.replace(one, ''));
    }
    expect(new Set(answers).size).toBe(1);
    expect(await confirmations('dora@example.org')).toBe(1);
    expect(await confirmations('gone@example.org')).toBe(0);
  });

  test('a reader who unsubscribed and signs up again the same day gets the message', async () => {
    await signUp('eva@example.org');
    const { id, confirm, unsubscribe } = await tokensFor(site.context, 'eva@example.org');
    await site.press(`/confirm/${confirm}`);
    const { newsletterId } = await site.context.db
      .selectFrom('subscriptions')
      .select('newsletterId')
      .where('subscriberId', '=', id)
      .executeTakeFirstOrThrow();
    await site.press(`/unsubscribe/${unsubscribe(newsletterId)}`);
    await signUp('eva@example.org');
    expect(await confirmations('eva@example.org')).toBe(2);
  });
});
