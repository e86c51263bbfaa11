import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { openArchive } from '../bench/archive-newsroom.ts';
import { preferencesUrl } from '../src/subscribers/links.ts';

// Makes docs/screenshots/archive: the archive, the form in pages of others, and the preferences.
//   node scripts/archive-screenshots.ts [FOLDER] [NAME ...]     only the pages of these names

const root = join(import.meta.dirname, '..');
const [folder = join(root, 'docs/screenshots/archive'), ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const looks = [
  { name: 'phone-light-en', width: 390, dark: false, language: 'en' },
  { name: 'phone-dark-es', width: 390, dark: true, language: 'es' },
  { name: 'desktop-light-en', width: 1280, dark: false, language: 'en' },
  { name: 'desktop-dark-es', width: 1280, dark: true, language: 'es' },
] as const;
/** A page longer than this says nothing new, and weighs. */
const LONGEST = 3_000;

/** Sites that hold the form: each with its own idea of style. */
const hosts: Record<string, string> = {
  plain:
    'body { font: 17px/1.6 Georgia, serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }',
  dark: ':root { color-scheme: dark } body { background: #14161a; color: #e8e6e1; font: 17px/1.6 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; --gaceta-paper: #1d2026; --gaceta-button: #d9a441; --gaceta-on-button: #14161a; --gaceta-accent: #d9a441 }',
  unset: '* { all: unset }',
  stranger:
    'body { font: 17px/1.6 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }',
};
const server = createServer((req, res) => {
  const [, name = '', language = 'en', form = ''] = (req.url ?? '').split('/');
  const about = `<a href="${archive.base}/?newsletter=daily">Get The Daily by email</a><script async src="${archive.base}/embed.js" data-newsletter="daily" data-lang="${language}"${form ? ` data-form="${form}"` : ''}></script>`;
  const words =
    '<p>The harbour master said on Monday that the wall would hold another winter, and that nobody should stand on it.</p>';
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.end(
    `<!doctype html><html lang="${language}"><meta name="viewport" content="width=device-width"><title>A story</title><style>${hosts[name] ?? ''}</style><h1>Harbour wall gives way</h1>${words}${about}${words}`,
  );
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const stranger = site.replace('127.0.0.1', 'localhost');
const archive = await openArchive(70, [site]);

const { id } = await archive.context.db
  .insertInto('subscribers')
  .values({
    email: 'dolores@reader.example',
    emailKey: 'dolores@reader.example',
    addressHash: archive.context.hashAddress('dolores@reader.example'),
    language: 'en',
  })
  .returning('id')
  .executeTakeFirstOrThrow();
for (const slug of ['daily', 'diario'])
  await archive.context.db
    .insertInto('subscriptions')
    .values((eb) => ({
      subscriberId: id,
      newsletterId: eb.selectFrom('newsletters').select('id').where('slug', '=', slug),
      state: 'active',
      confirmedAt: new Date(),
    }))
    .execute();

const preferences = preferencesUrl({ publicUrl: '', tokens: archive.context.tokens }, id);

type Path = (language: 'en' | 'es') => string;
const own =
  (path: string): Path =>
  (language) =>
    `${archive.base}${path}${path.includes('?') ? '&' : '?'}lang=${language}`;
const slugIn = (language: string) => (language === 'es' ? 'diario' : 'daily');
const pages: Record<string, { path: Path; scripts?: false }> = {
  front: { path: own('/') },
  'front-of-one': { path: own('/?newsletter=daily') },
  archive: { path: own('/archive') },
  shelf: { path: (language) => own(`/archive/${slugIn(language)}`)(language) },
  'shelf-arabic': { path: own('/archive/nashra') },
  month: { path: own('/archive/daily?month=2026-10') },
  search: { path: own('/archive/daily?q=ferry') },
  'search-nothing': { path: own('/archive/daily?q=%22zeppelin%22') },
  edition: { path: (language) => own(`/archive/${slugIn(language)}/68`)(language) },
  'edition-arabic': { path: own('/archive/nashra/68') },
  'embed-plain': { path: (language) => `${site}/plain/${language}` },
  'embed-dark': { path: (language) => `${site}/dark/${language}` },
  'embed-unset': { path: (language) => `${site}/unset/${language}` },
  'embed-line': { path: (language) => `${site}/plain/${language}/line` },
  'embed-line-dark': { path: (language) => `${site}/dark/${language}/line` },
  'embed-stranger': { path: (language) => `${stranger}/stranger/${language}` },
  preferences: { path: own(preferences) },
  'preferences-without-scripts': { path: own(preferences), scripts: false },
};

async function shootAll(browser: Browser): Promise<void> {
  for (const { name: look, width, dark, language } of looks)
    for (const [name, { path, scripts = true }] of Object.entries(pages)) {
      if (only.length > 0 && !only.includes(name)) continue;
      const page = await browser.newPage({
        viewport: { width, height: 860 },
        colorScheme: dark ? 'dark' : 'light',
        locale: language === 'es' ? 'es-ES' : 'en-GB',
        reducedMotion: 'reduce',
        javaScriptEnabled: scripts,
      });
      await page.goto(path(language), { waitUntil: 'networkidle' });
      if (scripts) {
        // pictures below the fold would stay grey
        await page.evaluate('for (const each of document.images) each.loading = "eager"');
        await page.waitForLoadState('networkidle');
      }
      // a frame that never says it is there is given up after three seconds
      if (name === 'embed-stranger') await page.waitForTimeout(3_500);
      const file = join(folder, `${name}-${look}.jpg`);
      const height = Math.min(
        LONGEST,
        await page.locator('html').evaluate((root: { scrollHeight: number }) => root.scrollHeight),
      );
      await page.screenshot({
        path: file,
        fullPage: true,
        type: 'jpeg',
        quality: 60,
        clip: { x: 0, y: 0, width, height },
      });
      process.stderr.write(`${file}\n`);
      await page.close();
    }
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--hide-scrollbars'],
});
try {
  await shootAll(browser);
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
  await archive.close();
}
