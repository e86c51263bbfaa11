import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { rememberLetters } from '../../../emails/letters/cache.ts';
import type { LetterContent } from '../../../emails/letters/content.ts';
import { openRenderer, RenderError, type Renderer } from '../../../emails/render/renderer.ts';
import { letters } from '../../../scripts/sample-mails.ts';

const renderer = openRenderer();
afterAll(() => renderer.close());

/** A memory in front of a renderer, and what that was asked for. */
function remembering(inner: () => Pick<Renderer, 'render'> = () => renderer, now?: () => number) {
  const asked: string[] = [];
  const counted: Pick<Renderer, 'render'> = {
    render: (kind, content) => {
      asked.push(kind);
      return inner().render(kind, content);
    },
  };
  return { asked, cache: rememberLetters(counted, now) };
}

const sample = (name: string): LetterContent => {
  const content = letters()[name];
  if (!content) throw new Error(`There is no sample ${name}`);
  return content;
};

/** The same letter to another reader. */
function toAnother(content: LetterContent, value: string): LetterContent {
  const other = structuredClone(content);
  const { parts } = other;
  for (const [key, was] of Object.entries(parts)) {
    if (/url$/i.test(key)) Reflect.set(parts, key, `https://news.example.org/${value}`);
    if (key === 'oldAddress') Reflect.set(parts, key, value);
    if (was instanceof Date) Reflect.set(parts, key, new Date('2027-03-28T00:59:00Z'));
  }
  other.timezone = 'Asia/Kathmandu';
  return other;
}

const AWKWARD = `?a=1&b="x"&amp;c='$&$1$\`<b>{{url}}$t(x)zqazq\\n %s ñ😀👩‍👩‍👧 \u202bשלום مرحبا\u202c ]]>`;

describe.each(Object.entries(letters()))('the letter %s', (_, content) => {
  test('is for the second reader what it would be without a memory', async () => {
    const { asked, cache } = remembering();
    const first = await cache.render('letter', content);
    expect(first).toEqual(await renderer.render('letter', content));
    const other = toAnother(content, AWKWARD);
    const second = await cache.render('letter', other);
    expect(second).toEqual(await renderer.render('letter', other));
    expect(second.html).not.toBe(first.html);
    expect(asked).toEqual(['letter', 'letterHtml']);
  });
});

test('a rush of sign-ups is rendered once', async () => {
  const { asked, cache } = remembering();
  const content = sample('confirmation-es');
  const rendered = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      cache.render('letter', toAnother(content, `confirm/token${n}`)),
    ),
  );
  for (const [n, { html, text }] of rendered.entries()) {
    expect(html).toContain(`href="https://news.example.org/confirm/token${n}"`);
    expect(html.match(/confirm\/token\d+/g)).toHaveLength(3);
    expect(text.match(/confirm\/token\d+/g)).toEqual([`confirm/token${n}`]);
  }
  expect(asked).toHaveLength(2);
});

test('letters that differ in anything but the reader share nothing', async () => {
  const { asked, cache } = remembering();
  const content = sample('confirmation-en');
  const { imprint } = content;
  const others: LetterContent[] = [content];
  for (const change of [
    { newsletters: [{ title: 'Another', description: 'Every morning at seven' }] },
    { newsletters: [{ title: 'The Daily', description: 'At noon' }] },
    { newsletters: [] },
    { days: 1 },
    { origin: 'blog.example.org' },
  ]) {
    const other = structuredClone(content);
    Object.assign(other.parts, change);
    others.push(other);
  }
  others.push({ ...content, language: 'es' }, { ...content, language: 'ar' });
  others.push({ ...content, imprint: { ...imprint, accent: '#004488' } });
  others.push({ ...content, imprint: { ...imprint, postalAddress: null } });
  for (const other of others) await cache.render('letter', other);
  expect(asked).toHaveLength(2 * others.length);
  for (const other of others) {
    const direct = await renderer.render('letter', other);
    expect(await cache.render('letter', other)).toEqual(direct);
  }
  expect(asked).toHaveLength(2 * others.length);
});

test('fifty letters are remembered, those that were asked for last', async () => {
  const { asked, cache } = remembering();
  const content = sample('notice-en');
  const nth = (n: number) => ({
    ...content,
    imprint: { ...content.imprint, newsroom: `No. ${n}` },
  });
  for (let n = 0; n < 50; n++) await cache.render('letter', nth(n));
  await cache.render('letter', nth(0));
  expect(asked).toHaveLength(100);
  await cache.render('letter', nth(50));
  await cache.render('letter', nth(0));
  expect(asked).toHaveLength(102);
  await cache.render('letter', nth(1));
  expect(asked).toHaveLength(104);
});

test('after half a minute it is rendered anew', async () => {
  let now = 1_000;
  const { asked, cache } = remembering(undefined, () => now);
  const render = () => cache.render('letter', sample('welcome-en'));
  await render();
  now = 30_999;
  await render();
  expect(asked).toHaveLength(2);
  now = 31_001;
  await render();
  expect(asked).toHaveLength(4);
});

test('a template that changes a value gets each letter for itself', async () => {
  const templates = mkdtempSync(join(tmpdir(), 'gaceta-templates-'));
  const theirs = openRenderer({ templates });
  onTestFinished(async () => {
    await theirs.close();
    rmSync(templates, { recursive: true });
  });
  const file = join(templates, 'letter.mjml.eta');
  copyFileSync(join(import.meta.dirname, '../../../emails/templates/letter.mjml.eta'), file);
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, source.replace('= it.button.url', '= it.button.url.toUpperCase()'));
  const { cache } = remembering(() => theirs);
  for (const token of ['first', 'second']) {
    const { html } = await cache.render('letter', toAnother(sample('access-en'), token));
    expect(html).toContain(`HTTPS://NEWS.EXAMPLE.ORG/${token.toUpperCase()}`);
    expect(html).toContain(`https://news.example.org/${token}<`);
  }
});

test('what cannot be rendered says why, and spoils nothing', async () => {
  const closed = openRenderer();
  await closed.close();
  let inner = closed;
  const { cache } = remembering(() => inner);
  const content = sample('notice-en');
  await expect(cache.render('letter', content)).rejects.toThrow(RenderError);
  inner = renderer;
  expect((await cache.render('letter', content)).html).toContain('/unsubscribe/sample');
  const nowhere = { ...content, timezone: 'Mars/Base' };
  await expect(cache.render('letter', nowhere)).rejects.toThrow(RenderError);
  const broken = toAnother(content, 'a\n  b');
  expect(await cache.render('letter', broken)).toEqual(await renderer.render('letter', broken));
});
