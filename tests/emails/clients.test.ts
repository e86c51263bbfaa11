import { caniemail } from 'caniemail';
import { afterAll, describe, expect, test } from 'vitest';
import { openRenderer } from '../../emails/render/renderer.ts';
import { digests, letters, reader } from '../../scripts/sample-mails.ts';

const renderer = openRenderer();
afterAll(() => renderer.close());

/** What some of these clients do not know, and why the mail is whole without it. */
const harmless: Record<string, string> = {
  '<style> element': 'all styles that matter are inline as well; the sheet adds dark and phone',
  '@media': 'dark mode and phone sizes; without them the light, wide mail is shown, which fits',
  'color-scheme CSS property': 'tells a client that dark was designed; others do as they do',
  'color-scheme meta tag': 'the same',
  'Class selector': 'only in that sheet',
  'Chaining selectors': 'a mistake of the data for `[data-ogsc] .ink`, only in that sheet',
  'Descendant combinator': 'only in that sheet',
  'Child combinator': 'only in that sheet',
  'Attribute selector': "Outlook.com's own dark mode",
  'Type selector': "MJML's resets, only in that sheet",
  'ID selector': "MJML's reset for an Outlook long gone",
  'display:none': 'hides the preheader; Gmail on the mobile web shows one line of headlines',
  'max-height property': 'the same hiding for others; mso-hide does it in Outlook',
  overflow: 'the same',
  outline: "MJML's reset of links around pictures",
  'word-spacing': 'a reset of MJML to the normal value',
  'border-radius': 'square corners in Outlook',
  'white-space': 'a link of the footer may break over two lines',
  'text-wrap': 'a headline may end in a line of one word',
  'word-break': 'a long address, or a word without an end, runs on',
  'height property': 'of a picture, where it says auto',
  '<bdi> element': 'words of the other direction may swap places with their neighbours',
  '<body> element': 'becomes a div, the ground is repeated on one inside',
  'aria-label attribute': 'names the mail to screen readers; the masthead says the same',
  'aria-hidden attribute': 'a screen reader may read the preheader, which is headlines',
  'role attribute': 'tables are laid out the same',
};

const clients = ['gmail.*', 'outlook.*', 'apple-mail.*', 'yahoo.*'] as const;

function unsupported(html: string): string[] {
  const { issues } = caniemail({ clients: [...clients], html });
  return [...new Set([...issues.errors.values()].flat().map(({ title }) => title))];
}

describe.each(Object.entries(digests()))('the digest %s', (_, content) => {
  test('uses nothing that a large client lacks, but what is harmless', async () => {
    const { html } = await renderer.render('digest', { content, reader });
    const shown = html.replaceAll('.svg"', '.jpg"');
    expect(unsupported(shown).filter((title) => !(title in harmless))).toEqual([]);
  });
});

test('so do the letters', async () => {
  const found = new Set<string>();
  for (const content of Object.values(letters())) {
    const { html } = await renderer.render('letter', content);
    for (const title of unsupported(html)) found.add(title);
  }
  expect([...found].filter((title) => !(title in harmless))).toEqual([]);
});

test('the linter sees what is not supported', () => {
  expect(unsupported('<p style="object-fit:cover;position:sticky">x</p>').length).toBe(2);
});
