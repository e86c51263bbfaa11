import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRenderer } from '../../emails/render/renderer.ts';
import { digests, letters, reader } from '../../scripts/sample-mails.ts';

const tool = inject('chromium');
const renderer = openRenderer();
afterAll(() => renderer.close());

const withoutStyles = (html: string) =>
  html
    .replaceAll(/<style[\s\S]*?<\/style>/g, '')
    // a mail program's own page has no margin
    .replace('<body style="', '<body style="margin:0;');

// In the page: links whose painted surface, or a corner of it, opens nothing; and those too small for a thumb.
const BADLY_LINKED = `(() => {
  const found = [];
  const transparent = 'rgba(0, 0, 0, 0)';
  const painted = (el) => {
    const style = getComputedStyle(el);
    return style.backgroundColor !== transparent || Number.parseFloat(style.borderTopWidth) > 1;
  };
  for (const link of document.links) {
    const parent = link.parentElement;
    const button = painted(link) ? link : parent.matches('.btn') ? parent : null;
    if (!button) continue;
    for (const box of [link, ...(painted(parent) && parent.matches('.btn') ? [parent] : [])]) {
      box.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = box.getBoundingClientRect();
      if (height < 44) found.push('low: ' + link.textContent);
      for (const x of [0.02, 0.25, 0.5, 0.75, 0.98])
        for (const y of [0.12, 0.5, 0.88]) {
          const at = document.elementFromPoint(left + x * width, top + y * height);
          if (at?.closest('a') !== link) found.push(x + ' ' + y + ': ' + link.textContent);
        }
    }
  }
  return found;
})()`;

// What stands in a line of text is exempt, as WCAG 2.5.8 has it.
const SMALL_TARGETS = `[...document.links].filter((link) => {
  const { height } = link.getBoundingClientRect();
  const line = link.closest('p, h1, h2, h3, td');
  const alone = line.textContent.trim() === link.textContent.trim() || link.closest('p.soft');
  return alone && !link.closest('h1, h2, h3') && height < 44 && !link.querySelector('img');
}).map((link) => link.textContent.trim())`;

const PICTURES = `[...document.images].map((image) => {
  const { width, height } = image.getBoundingClientRect();
  const ground = getComputedStyle(image).backgroundColor;
  return {
    linked: image.closest('a') !== null,
    kept: image.getAttribute('width') > 0 && image.getAttribute('height') > 0 && width > 0 && height > 0,
    ratio: Math.abs(width / height - image.getAttribute('width') / image.getAttribute('height')) < 0.02,
    grounded: ground !== 'rgba(0, 0, 0, 0)',
  };
})`;

const TEXT_WIDTHS = `[...document.querySelectorAll('h2, h3, p')]
  .filter((el) => el.textContent.trim() && getComputedStyle(el).display !== 'none')
  .map((el) => el.getBoundingClientRect().width)`;

describe.skipIf('missing' in tool)('in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const mails = new Map<string, string>();
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: 'path' in tool ? tool.path : '',
      args: ['--no-sandbox'],
    });
    page = await (await browser.newContext({ offline: true })).newPage();
    for (const [name, content] of Object.entries(digests()))
      mails.set(name, (await renderer.render('digest', { content, reader })).html);
    for (const [name, content] of Object.entries(letters()))
      mails.set(name, (await renderer.render('letter', content)).html);
  });
  afterAll(() => browser.close());

  /** What a look at each mail finds, by the mail's name; those where it finds nothing are left out. */
  async function found(
    width: number,
    look: () => Promise<unknown[]>,
    shown = (html: string) => html,
  ): Promise<Record<string, unknown[]>> {
    await page.setViewportSize({ width, height: 800 });
    const all: Record<string, unknown[]> = {};
    for (const [name, html] of mails) {
      await page.setContent(shown(html));
      const seen = await look();
      if (seen.length > 0) all[name] = seen;
    }
    return all;
  }

  test('the whole painted surface of a button is its link, and each is tall enough for a thumb', async () => {
    expect(await found(390, () => page.evaluate(BADLY_LINKED))).toEqual({});
    expect(await found(390, () => page.evaluate(BADLY_LINKED), withoutStyles)).toEqual({});
  });

  test('a button of which only the words are the link is found', async () => {
    const html = mails.get('confirmation-en') ?? '';
    const inset = html
      .replace('border-radius:6px"><a', 'border-radius:6px;padding:12px 28px"><a')
      .replace('padding:12px 28px;background-color', 'padding:0;background-color');
    await page.setContent(inset);
    expect(await page.evaluate<string[]>(BADLY_LINKED)).toContain('0.02 0.12: Confirm');
  });

  test('a link that stands alone is 44 pixels tall', async () => {
    expect(await found(390, () => page.evaluate(SMALL_TARGETS))).toEqual({});
  });

  test('every picture is a link, and its place is kept where it is blocked', async () => {
    const wrong = (pictures: Record<string, boolean>[]) =>
      pictures.filter((picture) => Object.values(picture).includes(false));
    for (const width of [390, 700])
      expect(await found(width, async () => wrong(await page.evaluate(PICTURES)))).toEqual({});
    await page.setContent(mails.get('digest-en') ?? '');
    expect(await page.evaluate('document.images.length')).toBeGreaterThan(3);
  });

  test('no mail is wider than a small window', async () => {
    const tooWide = async () => {
      const width = await page.evaluate('document.documentElement.scrollWidth');
      return width === 320 ? [] : [width];
    };
    expect(await found(320, tooWide)).toEqual({});
    expect(await found(320, tooWide, withoutStyles)).toEqual({});
  });

  test('without its style sheet, text has the width of the window but for its margins', async () => {
    const narrow = async () =>
      (await page.evaluate<number[]>(TEXT_WIDTHS)).filter((width) => width < 300);
    expect(await found(390, narrow, withoutStyles)).toEqual({});
  });

  test('what is written from right to left begins at the right, and its pictures stand at the left', async () => {
    await page.setViewportSize({ width: 700, height: 800 });
    for (const name of ['digest-ar', 'weekly-ar', 'digest-he', 'special-he']) {
      await page.setContent(mails.get(name) ?? '');
      const sides = await page.evaluate<{
        starts: string[];
        blocked: string[];
        pictures: boolean[];
      }>(`({
        starts: [...document.querySelectorAll('h1, h2, h3, p, li')]
          .filter((el) => el.textContent.trim())
          .map((el) => {
            const { textAlign, direction } = getComputedStyle(el);
            return textAlign === 'start' || textAlign === '-webkit-auto' ? direction : textAlign.replace('-webkit-', '');
          }),
        blocked: [...document.images].filter((one) => one.width > 300)
          .map((one) => getComputedStyle(one.parentElement).textAlign.replace('-webkit-', '')),
        pictures: [...document.images].filter((one) => one.width < 300)
          .map((one) => one.getBoundingClientRect().left < 200),
      })`);
      expect(new Set(sides.starts), name).toEqual(new Set(['right']));
      // its words are read where it is blocked
      expect(sides.blocked, name).toEqual(['right']);
      expect(new Set(sides.pictures), name).toEqual(new Set([true]));
    }
  });
});
