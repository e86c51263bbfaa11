import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiToken } from '../../src/operators/api-tokens.ts';
import { startWorker } from '../../workers/main.ts';
import { freePort } from '../harness/redis.ts';
import { openSite, type Site } from '../http/public/fixtures/site.ts';
import { makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { browserMissing, openBrowser } from './fixtures/browser.ts';

/** Takes every message. */
async function catchMail(): Promise<{ url: string; mails: ParsedMail[]; close(): Promise<void> }> {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        mails.push(mail);
        done();
      }, done);
    },
  });
  const port = await freePort();
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

describe.skipIf(browserMissing())('a scanner that opens every link of every mail', () => {
  const browser = openBrowser();
  let site: Site;
  let caught: Awaited<ReturnType<typeof catchMail>>;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    caught = await catchMail();
    site = await openSite({ SMTP_URL: caught.url, MAIL_FROM: 'The Daily <daily@letters.example>' });
    await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
    const worker = await startWorker(site.context);
    closing.push(() => worker.stop(), caught.close);
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  const mailOf = async (subject: RegExp) => {
    await expect
      .poll(() => caught.mails.map((mail) => mail.subject))
      .toContainEqual(expect.stringMatching(subject));
    return caught.mails.find((mail) => subject.test(mail.subject ?? ''));
  };
  /** Links lead to PUBLIC_URL; this test listens on a port of its own. */
  const here = (link: string) => link.replace(/^http:\/\/localhost:3000/, site.url);
  const linksOf = (mail: ParsedMail | undefined): string[] => {
    const all = `${mail?.html} ${mail?.text} ${mail?.headerLines.map((line) => line.line).join(' ')}`;
    const found = all.match(/http:\/\/localhost:3000[^\s"'<>)\]]*/g) ?? [];
    return [...new Set(found.map((link) => here(link.replaceAll('&amp;', '&'))))];
  };
  const linkTo = async (subject: RegExp, room: string) => {
    const link = linksOf(await mailOf(subject)).find((one) => one.includes(room));
    if (!link) throw new Error(`no link to ${room}`);
    return link.slice(site.url.length);
  };
  /** All that a scanner could have changed. */
  const state = async () => {
    const { db } = site.context;
    const of = (table: 'subscribers' | 'subscriptions' | 'consents' | 'suppressions' | 'letters') =>
      db.selectFrom(table).selectAll().execute();
    const [subscribers, subscriptions, consents, suppressions, letters] = await Promise.all([
      of('subscribers'),
      of('subscriptions'),
      of('consents'),
      of('suppressions'),
      of('letters'),
    ]);
    return JSON.stringify([subscribers, subscriptions, consents, suppressions, letters]);
  };

  test('changes nothing, with scripts and without', async () => {
    const { db } = site.context;
    await site.postJson('/subscribe', { email: 'ana@example.org' });
    await site.post(await linkTo(/Confirm your subscription/, '/confirm/'), {});
    await site.postJson('/subscribe', { email: 'ana@example.org' }); // a notice
    await site.postJson('/subscribe', { email: 'waiting@example.org' }); // stays pending
    const preferences = await linkTo(/Welcome/, '/preferences/');
    await site.post(`${preferences}/data`, {});
    const privacy = await linkTo(/The link to your data/, '/privacy/');
    await site.post(`${privacy}/address`, { email: 'new@example.org' });
    await mailOf(/new address/);
    await mailOf(/already receive/);

    const { token } = await createApiToken(db, { name: 'test', role: 'admin' });
    const api = (path: string, body: unknown) =>
      site.postJson(`/api/v1${path}`, body, { Authorization: `Bearer ${token}` });
    const article = await api('/articles', {
      newsletter: 'daily',
      title: 'Harbour wall gives way',
      url: 'https://news.example/1',
      section: 'news',
    });
    expect(article.status).toBe(201);
    const edition = await api('/editions', { newsletter: 'daily', kind: 'daily', send: true });
    expect(edition.status).toBe(201);
    await mailOf(/Harbour wall/);
    await expect
      .poll(async () =>
        (await db.selectFrom('letters').select('state').execute()).every(
          (one) => one.state === 'sent',
        ),
      )
      .toBe(true);

    const before = await state();
    const mails = [...caught.mails];
    expect(mails.length).toBeGreaterThanOrEqual(7);
    const links = [...new Set(mails.flatMap(linksOf))];
    for (const room of ['confirm', 'unsubscribe', 'preferences', 'privacy', 'address', 'archive'])
      expect(
        links.some((link) => link.includes(`/${room}/`)),
        room,
      ).toBe(true);

    const opened = new Set<string>();
    for (const link of links) {
      for (const method of ['HEAD', 'GET']) {
        const answer = await fetch(link, { method });
        expect(answer.status, link).toBe(200);
        const found = (await answer.text()).matchAll(/href="(\/[^"]*)"/g);
        for (const [, path = ''] of found)
          opened.add(`${site.url}${path.replaceAll('&amp;', '&')}`);
      }
    }
    for (const link of opened) expect((await fetch(link)).status, link).toBeLessThan(400);
    for (const scripts of [true, false]) {
      const page = await browser.visit({ width: 1280, scripts });
      for (const link of links) await page.goto(link, { waitUntil: 'networkidle' });
    }
    expect(await state()).toBe(before);
    expect(caught.mails).toHaveLength(mails.length);
  });
});
