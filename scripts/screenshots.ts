import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright-core';

// Makes docs/screenshots: runs the demo, visits its pages and its inbox, and ends it.
//   node scripts/screenshots.ts [FOLDER]

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(root, 'docs/screenshots');
mkdirSync(folder, { recursive: true });

const demo = spawn(process.execPath, [join(root, 'bin/gaceta.js'), 'demo'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'pipe'],
});
const ended = new Promise<void>((done) => demo.once('exit', () => done()));
process.once('exit', () => demo.kill('SIGKILL'));

/** The addresses that the demo prints when its story is told. */
async function addresses(): Promise<{ page: string; inbox: string }> {
  let page: string | undefined;
  for await (const line of createInterface({ input: demo.stderr })) {
    process.stderr.write(`${line}\n`);
    page = /sign-up page\s+(http\S+?)\/?$/.exec(line)?.[1] ?? page;
    const inbox = /every inbox\s+(http\S+?)\/?$/.exec(line)?.[1];
    if (page && inbox) return { page, inbox };
  }
  throw new Error('The demo ended before it was told.');
}

interface Mail {
  id: string;
  subject: string;
  text?: string;
}
async function mails(inbox: string, to: string): Promise<Mail[]> {
  const answer = await fetch(`${inbox}/api/messages?to=${encodeURIComponent(to)}`);
  const found = (await answer.json()) as Mail[] | { data: Mail[] };
  return Array.isArray(found) ? found : found.data;
}
async function mailTo(inbox: string, to: string, subject: RegExp): Promise<Mail> {
  for (let tries = 0; tries < 100; tries++) {
    const found = (await mails(inbox, to)).find((mail) => subject.test(mail.subject));
    if (found) {
      const whole = await fetch(`${inbox}/api/messages/${found.id}`);
      return (await whole.json()) as Mail;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`No mail to ${to} with ${subject} in its subject.`);
}
const linkIn = (mail: Mail, room: string): string => {
  const link = new RegExp(`https?://\\S+/${room}/[^\\s>]+`).exec(mail.text ?? '')?.[0];
  if (!link) throw new Error(`No link to /${room} in “${mail.subject}”.`);
  return link;
};

const looks = {
  phone: { width: 360, height: 760 },
  desktop: { width: 1280, height: 860 },
} as const;
type Device = keyof typeof looks;
type Scheme = 'light' | 'dark';

const { page: site, inbox } = await addresses();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--hide-scrollbars'],
});

async function shoot(
  name: string,
  url: string,
  device: Device,
  scheme: Scheme,
  language: 'en' | 'es',
  before?: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage({
    viewport: looks[device],
    colorScheme: scheme,
    locale: language === 'es' ? 'es-ES' : 'en-GB',
    timezoneId: 'Europe/Madrid',
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  // pictures below the fold would stay grey
  await page.evaluate('for (const each of document.images) each.loading = "eager"');
  await page.waitForLoadState('networkidle');
  await before?.(page);
  const path = join(folder, `${name}-${device}-${scheme}-${language}.png`);
  await page.screenshot({ path, fullPage: true });
  await page.close();
  process.stderr.write(`${path}\n`);
}
const all: [Device, Scheme, 'en' | 'es'][] = [
  ['phone', 'light', 'en'],
  ['phone', 'dark', 'es'],
  ['desktop', 'light', 'en'],
  ['desktop', 'dark', 'es'],
];
const press = (name: RegExp) => async (page: Page) => {
  await page.getByRole('button', { name }).first().click();
  await page.waitForLoadState('networkidle');
};

try {
  const reader = 'dolores@reader.example';
  const form = new URLSearchParams({ email: reader, newsletter: 'daily', lang: 'en' });
  await fetch(`${site}/subscribe`, { method: 'POST', body: form, redirect: 'manual' });
  const confirm = linkIn(await mailTo(inbox, reader, /./), 'confirm');
  for (const [device, scheme, language] of all) {
    const spoken = (url: string) => `${url}${url.includes('?') ? '&' : '?'}lang=${language}`;
    await shoot('signup', spoken(`${site}/`), device, scheme, language);
    await shoot('confirm', spoken(confirm), device, scheme, language);
  }
  await fetch(confirm, { method: 'POST' });
  const welcome = await mailTo(inbox, reader, /Welcome/);
  const preferences = linkIn(welcome, 'preferences');
  const leave = linkIn(welcome, 'unsubscribe');
  const firstDigest = async (to: string, newsletter: string) =>
    (await mails(inbox, to)).findLast((mail) => mail.subject.startsWith(`${newsletter}: `));
  const digest = await firstDigest('bruno@reader.example', 'The Daily');
  const spanish = await firstDigest('clara@lectora.example', 'El Diario');
  for (const [device, scheme, language] of all) {
    const spoken = (url: string) => `${url}${url.includes('?') ? '&' : '?'}lang=${language}`;
    await shoot('preferences', spoken(preferences), device, scheme, language);
    await shoot('unsubscribe', spoken(leave), device, scheme, language);
    await shoot('archive', spoken(`${site}/archive`), device, scheme, language);
    const newsletter = language === 'es' ? 'diario' : 'daily';
    await shoot('edition', spoken(`${site}/archive/${newsletter}/1`), device, scheme, language);
    await shoot('embed', spoken(`${site}/embed?newsletter=daily`), device, scheme, language);
    const mail = language === 'es' ? spanish : digest;
    if (!mail) continue;
    const inInbox = `${inbox}/messages/${mail.id}`;
    await shoot('digest', `${inInbox}/html`, device, scheme, language);
    await shoot('digest-text', `${inInbox}?view=text`, device, scheme, language);
  }
  await shoot('left', leave, 'phone', 'light', 'en', press(/Unsubscribe/));
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  await ended;
}
