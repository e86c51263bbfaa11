import { createHash } from 'node:crypto';
import type { ReaderMarks } from '../content.ts';

/** A header whose value is the reader's. */
export type HeaderKey = 'to' | 'messageId' | 'date' | 'listUnsubscribe';

/** Where one of the reader's values goes into the header of a variant. */
export interface HeaderPlace {
  offset: number;
  key: HeaderKey;
  encoding: 'header';
}

/** Where one goes into its body, and how it is written there. */
export interface BodyPlace {
  offset: number;
  key: keyof ReaderMarks;
  encoding: 'qp-html' | 'qp-text';
}

export type Place = HeaderPlace | BodyPlace;

/** What differs from reader to reader; the edition's page is the same for all. */
export type ReaderKey = Exclude<keyof ReaderMarks, 'viewUrl'>;

const KEYS = ['unsubscribeUrl', 'preferencesUrl', 'viewUrl', 'maskedAddress', 'name'] as const;

/** Letters that no content holds by chance, and none on purpose: they come from the content's hash. */
export function seedOf(content: object): string {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return digest.slice(0, 24).replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '');
}

/** A mark for each value: letters alone, so that neither HTML nor quoted-printable changes it. */
export function marksOf(seed: string): ReaderMarks {
  const mark = (key: keyof ReaderMarks) => `zq${seed}${key}zq`;
  return {
    unsubscribeUrl: mark('unsubscribeUrl'),
    preferencesUrl: mark('preferencesUrl'),
    viewUrl: mark('viewUrl'),
    maskedAddress: mark('maskedAddress'),
    name: mark('name'),
  };
}

/** A quoted-printable text without its marks, and the places where they were. */
export interface Unmarked {
  text: string;
  found: { offset: number; key: keyof ReaderMarks }[];
}

/**
 * Takes the marks out of quoted-printable text, folded or not, and leaves each place at the
 * beginning of a line of its own, so that a value of any length can be put there.
 */
export function takeMarks(encoded: string, marks: ReaderMarks): Unmarked {
  const patterns = KEYS.map((key) => `(${marks[key].split('').join('(?:=\r\n)?')})`);
  const found: Unmarked['found'] = [];
  let text = '';
  let from = 0;
  for (const match of encoded.matchAll(new RegExp(patterns.join('|'), 'g'))) {
    const key = KEYS[match.slice(1).findIndex((group) => group !== undefined)];
    if (!key) continue;
    text += encoded.slice(from, match.index);
    if (!text.endsWith('\r\n')) text += '=\r\n';
    found.push({ offset: text.length, key });
    from = match.index + match[0].length;
    const ownBreak = encoded.startsWith('=\r\n', from) || encoded.startsWith('\r\n', from);
    if (!ownBreak) text += '=\r\n';
  }
  return { text: text + encoded.slice(from), found };
}
