import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { readEdits } from '../../src/editions/edits.ts';
import { newsroomSchema } from '../../src/newsletters/newsroom.ts';
import { readChanges } from '../../src/newsletters/settings.ts';
import { filledLineSchema, lineSchema, oneLine } from '../../src/text/one-line.ts';

const breaks = ['\r\n', '\n', '\r', '\t', '\0', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029'];
const newsroom = { name: 'The Paper', colour: null, logo: null, postalAddress: null };

describe.each(breaks)('%j within a text of one line', (mark) => {
  const text = `One${mark}Bcc: two`;

  test.each<[string, () => unknown]>([
    ['the newsroom’s name', () => newsroomSchema.parse({ ...newsroom, name: text })],
    ['a newsletter’s title', () => readChanges({ title: text })],
    ['a section’s title', () => readChanges({ sections: [{ slug: 'news', title: text }] })],
    ['a subject', () => readEdits({ subject: text })],
    ['a preheader', () => readEdits({ preheader: text })],
    ['a headline', () => readEdits({ articles: [{ id: '1', title: text }] })],
    ['a sender', () => readChanges({ from: `${text} <daily@example.org>` })],
    ['MAIL_FROM', () => loadConfig({ MAIL_FROM: `${text} <daily@example.org>` })],
  ])('is refused in %s', (_, read) => {
    expect(read).toThrow();
  });

  test('is a space where nobody can be asked again', () => {
    expect(oneLine(` ${text} `)).toBe('One Bcc: two');
  });
});

test('a line is trimmed, of its length, and where it must be not empty', () => {
  expect(lineSchema(5).parse('  Añ 😀 ')).toBe('Añ 😀');
  expect(lineSchema(5).safeParse('123456').success).toBe(false);
  expect(lineSchema(5).safeParse('').success).toBe(true);
  expect(filledLineSchema(5).safeParse('  ').success).toBe(false);
});
