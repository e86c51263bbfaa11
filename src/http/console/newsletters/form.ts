import { createHash } from 'node:crypto';
import { languages } from '../../../locales/index.ts';
import type { FieldError } from '../../../newsletters/errors.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import type { NewsletterChanges } from '../../../newsletters/settings.ts';
import { sitesIn } from '../settings/form.ts';

/** The fields of the form as somebody typed them, by name; a tick is `yes` or empty. */
export type Typed = Record<string, string>;

export const kinds = ['daily', 'weekly', 'special'] as const;
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

/** Rows for sections that are not there yet, without scripts. */
const EMPTY_ROWS = 2;
const MOST_ROWS = 60;

/** A section's row as it was typed. */
export interface SectionRow {
  index: number;
  slug: string;
  title: string;
  limit: string;
  place: string;
  remove: string;
}

/** A newsletter's settings as the form shows them. */
export function typedOf(newsletter: Newsletter): Typed {
  const tick = (on: boolean) => (on ? 'yes' : '');
  return {
    title: newsletter.title,
    description: newsletter.description,
    language: newsletter.language,
    active: tick(newsletter.active),
    sendAt: newsletter.sendAt,
    timezone: newsletter.timezone,
    ...Object.fromEntries(kinds.map((kind) => [kind, tick(newsletter.kinds.includes(kind))])),
    ...Object.fromEntries(
      weekdays.map((day) => [`day.${day}`, tick(newsletter.days.includes(day))]),
    ),
    weeklyDay: String(newsletter.weeklyDay),
    reviewRequired: tick(newsletter.reviewRequired),
    reviewMinutes: String(newsletter.reviewMinutes),
    ...Object.fromEntries(
      newsletter.sections.flatMap(({ slug, title, articleLimit }, index) => [
        [`section.${index}.slug`, slug],
        [`section.${index}.title`, title],
        [`section.${index}.limit`, String(articleLimit)],
        [`section.${index}.place`, String(index + 1)],
        [`section.${index}.remove`, ''],
      ]),
    ),
    from: newsletter.from ?? '',
    replyTo: newsletter.replyTo ?? '',
    colour: newsletter.colour ?? '',
    layout: newsletter.layout,
    typeface: newsletter.typeface,
    welcome: newsletter.welcome,
    ...Object.fromEntries(
      languages.map((code) => [`wording.${code}`, newsletter.wording[code] ?? '']),
    ),
    private: tick(newsletter.private),
    origins: newsletter.origins.join('\n'),
    linkParameters: newsletter.linkParameters ?? '',
  };
}

/** What was posted of these fields, and of rows of sections: text and nothing else. */
export function typedFrom(body: unknown, shown: Typed): Typed {
  const posted = Object.entries(typeof body === 'object' && body !== null ? body : {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  const known = new Map(posted.map(([name, value]) => [name, value.replaceAll('\r\n', '\n')]));
  const rows = posted.filter(([name]) => /^section\.\d{1,2}\.\w+$/.test(name));
  const names = new Set([
    ...Object.keys(shown).filter((name) => !name.startsWith('section.')),
    ...rows.map(([name]) => name),
  ]);
  return Object.fromEntries([...names].map((name) => [name, known.get(name) ?? '']));
}

/** The rows of sections in their places, then empty ones to add with. */
export function rowsOf(typed: Typed): SectionRow[] {
  const indexes = new Set(
    Object.keys(typed).flatMap((name) => /^section\.(\d+)\./.exec(name)?.[1] ?? []),
  );
  const rows = [...indexes].slice(0, MOST_ROWS).map((text) => row(Number(text), typed));
  return rows.toSorted((one, other) => placeOf(one) - placeOf(other) || one.index - other.index);
}

/** Those that are to be filled in by somebody without scripts. */
export function emptyRows(rows: SectionRow[]): SectionRow[] {
  const next = Math.max(-1, ...rows.map(({ index }) => index)) + 1;
  const blank = rows.filter(({ title, slug }) => !title && !slug).length;
  return Array.from({ length: Math.max(0, EMPTY_ROWS - blank) }, (_, n) => ({
    index: next + n,
    slug: '',
    title: '',
    limit: '10',
    place: '',
    remove: '',
  }));
}

function row(index: number, typed: Typed): SectionRow {
  const of = (name: string) => typed[`section.${index}.${name}`] ?? '';
  return {
    index,
    slug: of('slug'),
    title: of('title'),
    limit: of('limit'),
    place: of('place'),
    remove: of('remove'),
  };
}

const placeOf = ({ place }: SectionRow) => (/^\d{1,4}$/.test(place) ? Number(place) : 10_000);

/** The rows that stay: those with a title, or of a section that is there, and not ticked to be removed. */
export const keptRows = (typed: Typed): SectionRow[] =>
  rowsOf(typed).filter(
    ({ slug, title, remove }) => remove !== 'yes' && (slug !== '' || title.trim() !== ''),
  );

/** What is typed as changes of a newsletter, to be judged; what is no number stays none. */
export function changesFrom(typed: Typed, before: Newsletter): NewsletterChanges {
  const text = (name: string) => (typed[name] ?? '').trim();
  const ticked = (name: string) => text(name) === 'yes';
  const number = (value: string) => (/^\d{1,6}$/.test(value) ? Number(value) : Number.NaN);
  const wording = { ...before.wording };
  for (const code of languages) {
    if (text(`wording.${code}`)) wording[code] = text(`wording.${code}`);
    else delete wording[code];
  }
  const known = new Set(before.sections.map(({ slug }) => slug));
  const rows = keptRows(typed);
  const taken = new Set(rows.map(({ slug }) => slug));
  return {
    title: text('title'),
    description: text('description'),
    language: text('language'),
    // an archived one is brought back by a button of its own
    ...(before.archivedAt ? {} : { active: ticked('active') }),
    sendAt: text('sendAt'),
    timezone: text('timezone'),
    kinds: kinds.filter(ticked),
    days: weekdays.filter((day) => ticked(`day.${day}`)),
    weeklyDay: number(text('weeklyDay')),
    reviewRequired: ticked('reviewRequired'),
    reviewMinutes: number(text('reviewMinutes')),
    sections: rows.map(({ slug, title, limit }) => ({
      slug: known.has(slug) ? slug : freeSlug(title, 'section', taken),
      title: title.trim(),
      articleLimit: number(limit.trim()),
    })),
    from: text('from') || null,
    replyTo: text('replyTo') || null,
    colour: text('colour') || null,
    // judged with the rest: what is not on the list is refused there
    layout: text('layout') as NewsletterChanges['layout'],
    typeface: text('typeface') as NewsletterChanges['typeface'],
    welcome: text('welcome'),
    wording,
    private: ticked('private'),
    origins: sitesIn(text('origins')),
    linkParameters: text('linkParameters') || null,
  };
}

/** A slug made of a title, `fallback` where it has no Latin letters, with a number where it is taken. Takes it. */
export function freeSlug(title: string, fallback: string, taken: Set<string>): string {
  const plain = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replaceAll(/^-+|-+$/g, '');
  const base = plain || fallback;
  let slug = base;
  for (let n = 2; taken.has(slug); n++) slug = `${base}-${n}`;
  taken.add(slug);
  return slug;
}

/** Changes when anybody changes a setting. */
export const seenOf = (newsletter: Newsletter): string =>
  createHash('sha256')
    .update(JSON.stringify([typedOf(newsletter), newsletter.archivedAt]))
    .digest('base64url')
    .slice(0, 22);

/** The field of the form that an error is about. */
export function fieldOf({ pointer }: FieldError, typed: Typed): string {
  const [name = '', index, part] = pointer.split('/').slice(1);
  if (name === 'sections' && index !== undefined) {
    const of = keptRows(typed)[Number(index)]?.index;
    return `section.${of}.${part === 'articleLimit' ? 'limit' : 'title'}`;
  }
  if (name === 'sections') return 'sections';
  if (name === 'wording') return `wording.${index}`;
  return name;
}
