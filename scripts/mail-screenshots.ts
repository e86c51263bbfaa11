import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { openRenderer } from '../emails/render/renderer.ts';
import { digests, letters, reader } from './sample-mails.ts';
import { pictures } from './sample-stories.ts';

// Makes a picture of every mail as each kind of mail program shows it, to be looked at one by one:
//   node scripts/mail-screenshots.ts [FOLDER] [NAME ...]     only the mails whose names begin like these

const [folder = 'mail-previews', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const programs = {
  light: {},
  dark: { dark: true },
  // as the Gmail app does where a mail says nothing of dark
  inverted: { inverted: true, bare: true },
  blocked: { blocked: true },
  // Gmail, of an account of another provider
  bare: { bare: true },
} satisfies Record<
  string,
  { dark?: boolean; inverted?: boolean; blocked?: boolean; bare?: boolean }
>;
const widths = [390, 700];

const withoutStyles = (html: string) =>
  html
    .replaceAll(/<style[\s\S]*?<\/style>/g, '')
    .replaceAll(/<meta name="[a-z-]*color-[^>]*>/g, '');

/** Fills requests for the samples' pictures; `blocked`: none is loaded. */
async function servePictures(page: Page, blocked: boolean): Promise<void> {
  await page.route('**/*', async (route) => {
    const name = /media\/(\w+)\.jpg/.exec(route.request().url())?.[1];
    const svg = name && pictures[name];
    if (blocked || !svg) await route.abort();
    else await route.fulfill({ contentType: 'image/svg+xml', body: svg });
  });
}

const launch = (args: string[]) =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--hide-scrollbars', ...args],
  });

const renderer = openRenderer();
const mails = new Map<string, string>();
for (const [name, content] of Object.entries(digests()))
  mails.set(name, (await renderer.render('digest', { content, reader })).html);
for (const [name, content] of Object.entries(letters()))
  mails.set(name, (await renderer.render('letter', content)).html);
await renderer.close();

const plain = await launch([]);
const inverting = await launch(['--enable-features=WebContentsForceDark']);
async function shoot(browser: Browser, name: string, html: string, width: number) {
  const of = name.split('.')[1] as keyof typeof programs;
  const { dark = false, blocked = false } = { dark: false, blocked: false, ...programs[of] };
  const page = await browser.newPage({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
  });
  await servePictures(page, blocked);
  await page.setContent(html, { waitUntil: 'load' });
  await page.screenshot({ path: join(folder, `${name}.${width}.png`), fullPage: true });
  await page.close();
}
for (const [name, html] of mails) {
  if (only.length > 0 && !only.some((start) => name.startsWith(start))) continue;
  for (const [program, options] of Object.entries(programs)) {
    const { inverted = false, bare = false } = { inverted: false, bare: false, ...options };
    for (const width of widths)
      await shoot(
        inverted ? inverting : plain,
        `${name}.${program}`,
        bare ? withoutStyles(html) : html,
        width,
      );
  }
}
await plain.close();
await inverting.close();
console.log(`The pictures are in ${folder}`);
