import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { openContext } from '../src/context.ts';
import { createDatabase } from '../src/database/create.ts';
import { startEmbedded } from '../src/database/embedded/embedded.ts';
import { ensureFirstNewsletter } from '../src/newsletters/newsletters.ts';
import { openLog } from '../src/process/log.ts';
import { migrateAll } from '../src/services.ts';
import { type ConsoleThings, consolePages } from '../tests/browser/console-pages.ts';
import { fillConsole, operatorOf, PASSWORD } from '../tests/browser/fixtures/console-newsroom.ts';

// Makes docs/screenshots/console: every page of the console, of a newsroom made for it.
//   node scripts/console-screenshots.ts [FOLDER] [NAME ...]     only the pages of these names

const root = join(import.meta.dirname, '..');
const [folder = join(root, 'docs/screenshots/console'), ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const looks = [
  { name: 'phone-light-en', width: 360, height: 760, dark: false, language: 'en' },
  { name: 'desktop-light-en', width: 1280, height: 860, dark: false, language: 'en' },
  { name: 'desktop-dark-es', width: 1280, height: 860, dark: true, language: 'es' },
] as const;
/** A page longer than this says nothing new, and weighs. */
const LONGEST = 2_400;

/** The console in this process, on a PostgreSQL of its own. */
async function openDesk() {
  const place = mkdtempSync(join(tmpdir(), 'gaceta-screenshots-'));
  chmodSync(place, 0o755); // root's PostgreSQL runs as another account, which must be able to enter
  const database = await startEmbedded(join(place, 'data'));
  await createDatabase(database.url('postgres'), 'gaceta');
  await migrateAll(database.url());
  const config = loadConfig({
    DATA_DIR: place,
    LOG_LEVEL: 'error',
    SMTP_URL:
      'smtp://mail.harbour.example:587?name=mail&rate=50,smtps://post:secret@smtp.relay.example?name=other&warmup=2026-11-20:5000:1.5',
    INBOUND_DOMAIN: 'back.harbour.example',
    MAIL_FROM: 'The Harbour Post <post@harbour.example>',
  });
  const context = await openContext(config, database.url(), openLog('error', 'screenshots'));
  await ensureFirstNewsletter(context.db);
  const things = await fillConsole(context);
  const server = createServer(createApp(context)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    things,
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await context.close();
      await database.stop();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

async function shootAll(browser: Browser, base: string, things: ConsoleThings): Promise<void> {
  for (const { name: look, width, height, dark, language } of looks) {
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      locale: language === 'es' ? 'es-ES' : 'en-GB',
      timezoneId: 'Europe/Madrid',
      reducedMotion: 'reduce',
    });
    await page.goto(`${base}/console/sign-in`);
    await page.fill('#email', operatorOf('owner', language));
    await page.fill('#password', PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/console`);
    for (const { name, path, before } of consolePages) {
      if (only.length > 0 && !only.includes(name)) continue;
      await page.goto(base + path(things), { waitUntil: 'networkidle' });
      await before?.(page);
      const file = join(folder, `${name}-${look}.webp`);
      writeFileSync(file, await shoot(page, width));
      process.stderr.write(`${file}\n`);
    }
    await page.close();
  }
}

/** A picture as WebP, which weighs a quarter of a PNG: playwright itself makes none. */
async function shoot(page: Page, width: number): Promise<Buffer> {
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight');
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 50,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height: Math.min(whole, LONGEST), scale: 1 },
  });
  await session.detach();
  return Buffer.from(data, 'base64');
}

const desk = await openDesk();
try {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--hide-scrollbars'],
  });
  try {
    await shootAll(browser, desk.base, desk.things);
  } finally {
    await browser.close();
  }
} finally {
  await desk.close();
}
