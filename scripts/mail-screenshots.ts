import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { openRenderer } from '../emails/render/renderer.ts';
import { digests, letters, reader } from './sample-mails.ts';
import { pictures } from './sample-stories.ts';

// Makes a picture of every mail as each kind of mail program shows it, to be looked at one by one:
//   node scripts/mail-screenshots.ts [FOLDER] [NAME ...]     only the mails whose names begin like these

const [folder = 'mail-previews', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** How a mail program shows a mail. */
interface Program {
  scheme: 'light' | 'dark';
  /** Colours turned round, as the Gmail app does. */
  inverted?: true;
  /** No picture is loaded. */
  blocked?: true;
  /** Without its style sheet, as Gmail shows it of an account of another provider. */
  bare?: true;
}
const programs: Record<string, Program> = {
  light: { scheme: 'light' },
  dark: { scheme: 'dark' },
  inverted: { scheme: 'light', inverted: true, bare: true },
  blocked: { scheme: 'light', blocked: true },
  bare: { scheme: 'light', bare: true },
};
const widths = [390, 700];

const withoutStyles = (html: string) =>
  html
    .replaceAll(/<style[\s\S]*?<\/style>/g, '')
    .replaceAll(/<meta name="[a-z-]*color-[^>]*>/g, '');

/** Fills the requests for the samples' pictures. */
async function servePictures(page: Page): Promise<void> {
  await page.route('**/*', async (route) => {
    const svg = pictures[/media\/(\w+)\.jpg/.exec(route.request().url())?.[1] ?? ''];
    if (svg) await route.fulfill({ contentType: 'image/svg+xml', body: svg });
    else await route.abort();
  });
}

const launch = (...args: string[]) =>
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

const plain = await launch();
const inverting = await launch('--enable-features=WebContentsForceDark');
for (const [name, html] of mails) {
  if (only.length > 0 && !only.some((start) => name.startsWith(start))) continue;
  for (const [called, program] of Object.entries(programs))
    for (const width of widths) {
      const page = await (program.inverted ? inverting : plain).newPage({
        viewport: { width, height: 800 },
        colorScheme: program.scheme,
        offline: program.blocked ?? false,
      });
      if (!program.blocked) await servePictures(page);
      await page.setContent(program.bare ? withoutStyles(html) : html, { waitUntil: 'load' });
      const path = join(folder, `${name}.${called}.${width}.png`);
      await page.screenshot({ path, fullPage: true });
      await page.close();
    }
}
await plain.close();
await inverting.close();
console.log(`The pictures are in ${folder}`);
