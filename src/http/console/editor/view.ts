import { safeUrl } from '../../../../emails/links.ts';
import type { Source } from '../../../articles/sources.ts';
import type { DraftArticle } from '../../../editions/draft.ts';
import type { Translate } from '../../../locales/index.ts';
import { languageName } from '../language-name.ts';
import { dateIn, timeIn } from '../times.ts';
import type { EditorForm } from './form.ts';
import { type Row, rowsOf } from './list.ts';
import type { Change } from './merge.ts';
import type { EditorWindow } from './window.ts';

/** What most inboxes show of a line before they cut it, in characters. */
export const shown = { subject: 50, preheader: 90 };

// Translations come within hours of each other.
const MOST_PARTNERS = 30;

/** The words that a page is written with. */
export interface Words {
  language: string;
  say: Translate;
}

/** The list of a window as the templates show it: sections, the stories in each, and what was dropped. */
export function listView(
  window: EditorWindow,
  form: EditorForm,
  { sources, addable }: { sources: ReadonlyMap<string, Source[]>; addable: DraftArticle[] },
  words: Words,
) {
  const { articles, newsletter } = window;
  const { say } = words;
  const rows = rowsOf(form.places, articles);
  const lead = rows.find((row) => row.pinned)?.key ?? rows[0]?.key;
  const listed = form.places.filter((place) => !place.dropped).map(({ id }) => id);
  const known = new Set(window.saved.places.map(({ id }) => id));
  const rowView = (row: Row, at: number, all: Row[]) => {
    const versions = row.places.map(({ id }) => version(id));
    const languages = versions.map(({ language }) => language);
    return {
      ...row,
      ids: row.places.map(({ id }) => id).join(','),
      title: versions[0]?.shown ?? '',
      lead: row.key === lead,
      isNew: row.places.some(({ id }) => !known.has(id)),
      first: at === 0 || all[at - 1]?.pinned !== row.pinned,
      last: at === all.length - 1 || all[at + 1]?.pinned !== row.pinned,
      versions,
      translates:
        versions.length > 1
          ? say('translates', { languages: new Intl.ListFormat(words.language).format(languages) })
          : '',
      partners: partners(row),
    };
  };
  const version = (id: string) => {
    const article = articles.get(id);
    const own = form.words[id] ?? { title: '', standfirst: '' };
    return {
      id,
      own,
      article: { title: article?.title ?? '', standfirst: article?.standfirst ?? '' },
      shown: own.title || (article?.title ?? ''),
      language: languageName(article?.language ?? '', words.language),
      tag: article?.language ?? newsletter.language,
      url: safeUrl(article?.url) ?? '',
      site: siteOf(article?.url ?? ''),
      author: article?.author ?? '',
      withdrawn: article?.withdrawnAt
        ? timeIn(article.withdrawnAt, words.language, newsletter.timezone)
        : '',
      copies: article ? copiesOf(article) : [],
      date: article ? timeIn(article.publishedAt, words.language, newsletter.timezone) : '',
      sources: (sources.get(id) ?? []).map((source) => ({
        ...source,
        url: safeUrl(source.url) ?? '',
        site: siteOf(source.url),
      })),
    };
  };
  const inEdition = form.places.flatMap(({ id }) => articles.get(id) ?? []);
  // The headlines that share most with the article's come first.
  const copiesOf = (article: DraftArticle) =>
    [inEdition, addable].map((others) =>
      others
        .filter((other) => other.id !== article.id && base(other) === base(article))
        .map((other) => ({ id: other.id, text: other.title, near: likeness(article, other) }))
        .toSorted((a, b) => b.near - a.near)
        .slice(0, MOST_PARTNERS),
    );
  // Only an article in a language that the story lacks can be its translation.
  const partners = (row: Row) => {
    const has = new Set(row.places.map(({ id }) => base(articles.get(id))));
    const at = articles.get(row.key)?.publishedAt.getTime() ?? 0;
    const apart = (other: DraftArticle) => Math.abs(other.publishedAt.getTime() - at);
    return listed
      .flatMap((id) => articles.get(id) ?? [])
      .filter((other) => !has.has(base(other)))
      .toSorted((a, b) => apart(a) - apart(b))
      .slice(0, MOST_PARTNERS)
      .map((other) => ({
        id: other.id,
        text: `${languageName(other.language, words.language)}: ${other.title}`,
      }));
  };
  const slugs: (string | null)[] = window.slugs.length > 0 ? window.slugs : [null];
  return {
    sections: slugs.map((slug) => ({
      slug,
      title: newsletter.sections.find((one) => one.slug === slug)?.title ?? say('withoutSection'),
      rows: rows.filter((row) => row.section === slug).map(rowView),
    })),
    dropped: form.places
      .filter((place) => place.dropped)
      .map(({ id }) => ({ id, title: articles.get(id)?.title ?? '' })),
  };
}

/** What others saved meanwhile, a sentence each. */
export function changeLines(
  changes: Change[],
  { articles, newsletter }: EditorWindow,
  { language, say }: Words,
): { text: string; both: boolean }[] {
  // as the form posts it: a local date and time, or `hand`
  const whenIn = (local: string) =>
    local === 'hand'
      ? say('conflict.hand')
      : `${dateIn(local.slice(0, 10), language)}, ${local.slice(11, 16)} (${newsletter.timezone})`;
  const told = (what: Change['what'], theirs = '') =>
    what === 'when' && theirs
      ? whenIn(theirs)
      : what === 'layout'
        ? say(`layouts.${theirs || 'own'}`)
        : theirs;
  return changes.map(({ what, id, theirs, both }) => {
    const article = articles.get(id ?? '')?.title ?? id ?? '';
    const words = told(what, theirs) || say('conflict.empty');
    const key = what === 'title' ? 'headline' : what;
    return { text: say(`conflict.${key}`, { article, theirs: cut(words) }), both };
  });
}

/** What becomes of an edition that has not started. */
export interface NextStep {
  text: string;
  /** Its time has passed, and it was not sent. */
  overdue: boolean;
  /** Only a person sends it. */
  byHand: boolean;
}

/** Says when the edition goes out, or what it waits for. */
export function nextStep(
  { draft, newsletter }: EditorWindow,
  now: Date,
  { language, say }: Words,
): NextStep {
  const { state, heldBy, sendAt } = draft.edition;
  const time = sendAt ? timeIn(sendAt, language, newsletter.timezone) : '';
  const step = (key: string, overdue: boolean, byHand: boolean) => ({
    text: say(`next.${key}`, { time }),
    overdue,
    byHand,
  });
  if (state === 'scheduled') return step('goes', false, false);
  if (heldBy === 'missed') return step('missed', true, true);
  if (heldBy === 'restore') return step('restored', true, true);
  if (!sendAt || heldBy !== null) return step('hand', false, true);
  return sendAt > now ? step('waits', false, false) : step('overdue', true, true);
}

/** The words that two headlines share, of all that they have: 0 to 1. */
function likeness(one: DraftArticle, other: DraftArticle): number {
  const [a, b] = [one, other].map(
    ({ title }) => new Set(title.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu)),
  );
  if (!a || !b || a.size + b.size === 0) return 0;
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared);
}

const base = (article: DraftArticle | undefined) => article?.language.toLowerCase().split('-')[0];
const siteOf = (url: string) => URL.parse(url)?.host.replace(/^www\./, '') ?? url;
const cut = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
