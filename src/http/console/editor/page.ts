import type { Request, Response } from 'express';
import { introductionHtml } from '../../../../emails/digest/introduction.ts';
import { showEdition } from '../../../actions/show-editions.ts';
import type { Context } from '../../../context.ts';
import { countReaders } from '../../../deliveries/audience.ts';
import { commonChoices } from '../../../deliveries/common-choices.ts';
import { addableArticles } from '../../../editions/draft.ts';
import { recentTests } from '../../../letters/recent-tests.ts';
import { translator } from '../../../locales/index.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { lastActor } from '../../../operators/audit.ts';
import { lettersOf } from '../../../text/formats.ts';
import { scopeOf } from '../../middleware/roles.ts';
import { consoleEdition } from '../editions/view.ts';
import { languageName } from '../language-name.ts';
import { showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';
import { derivedWords } from './derived.ts';
import { type EditorForm, same } from './form.ts';
import { looks, type Whose } from './frames.ts';
import { joinedSources } from './joining.ts';
import type { Change } from './merge.ts';
import { changeLines, listView, nextStep, shown } from './view.ts';
import type { EditorWindow } from './window.ts';

// Enough readers to know which choices are common, whatever the number of them.
const SAMPLE = { first: '0', last: '20000', limit: 40 };

/** What a window shows beside what is saved. */
export interface Shown {
  /** As the editor has it. */
  form: EditorForm;
  /** What it is compared with when it is saved. */
  base: EditorForm;
  /** When the editor opened what is `base`. */
  opened: Date;
  look: Whose;
  search?: string;
  to?: string;
  status?: number;
  changes?: Change[];
  errors?: Record<string, string>;
  message?: { good: boolean; text: string } | undefined;
}

/** Shows the editor's window. */
export async function showWindow(
  context: Context,
  req: Request,
  res: Response,
  window: EditorWindow,
  { form, base, opened, look, search = '', to, status, changes = [], errors = {}, message }: Shown,
): Promise<void> {
  const { db } = context;
  const { id, newsletter } = window;
  const console = wordsFor(req, res);
  const words = { language: console.language, say: translator(console.language, 'editor') };
  const { say } = words;
  const now = context.now();
  const held = form.places.map((place) => place.id);
  const [shape, newsletters, addable, sources, tests, derived, readers] = await Promise.all([
    showEdition(db, id, now, console.language),
    listNewsletters(db),
    addableArticles(db, newsletter.id, { held, search, limit: 30 }),
    joinedSources(db, window.articles.values(), scopeOf(res)),
    recentTests(db, id),
    derivedWords(context, id, form),
    commonChoices(db, id, SAMPLE),
  ]);
  const edition = consoleEdition(shape, newsletters, console, now);
  const number = new Intl.NumberFormat(words.language);
  const readersLeft = left(edition);
  const sets = [
    ...newsletter.sections.map(({ slug }) => [slug]),
    ...readers.map((one) => one.sections),
  ]
    .filter((set) => set !== null)
    .map((set) => set.join(','));
  await showPage(context, req, res, {
    view: 'editor.eta',
    nav: 'editions',
    title: say('title', { headline: edition.headline }),
    ...(status ? { status } : {}),
    message,
    data: {
      say,
      editor: true,
      edition,
      phase: form.phase,
      next:
        form.phase === 'during'
          ? {
              text: say('next.during', {
                started: number.format(edition.audience === null ? 0 : readersLeft.started),
                audience: edition.numbers['audience'] ?? '',
                left: number.format(readersLeft.left),
              }),
            }
          : nextStep(window, now, words),
      readers: window.draft.edition.frozenAt ? 0 : await countReaders(db, id),
      form,
      base: JSON.stringify(base),
      opened: (changes.length > 0 ? now : opened).toISOString(),
      dirty: !same(form, base),
      list: listView(window, form, { sources, addable }, words),
      slugs: newsletter.sections,
      addable: addable.map((article) => ({
        ...article,
        date: timeIn(article.publishedAt, words.language, newsletter.timezone),
        name: languageName(article.language, words.language),
      })),
      search,
      derived,
      shown,
      count: (text: string) => [...lettersOf(text)].length,
      introduction: introductionOf(form.introduction),
      timezone: newsletter.timezone,
      errors,
      conflict:
        changes.length > 0
          ? {
              by: await lastEditor(context, window, opened, words),
              lines: changeLines(changes, window, words),
            }
          : null,
      undo: req.session?.data.editorUndo?.edition === id,
      looks,
      look,
      query: new URLSearchParams(look).toString(),
      languages: derived.languages.map((tag) => ({ tag, name: languageName(tag, words.language) })),
      sets: [...new Set(sets)].map((set) => ({
        value: set,
        text: set
          .split(',')
          .map((slug) => newsletter.sections.find((one) => one.slug === slug)?.title ?? slug)
          .join(', '),
      })),
      to: to ?? res.locals.operator.email,
      tests: tests.map((test) => ({
        ...test,
        at: timeIn(test.createdAt, words.language, newsletter.timezone),
        text: say(`test.state.${test.state}`),
      })),
    },
  });
}

/** An introduction as the page shows it: without the styles of mails, which this page does not allow. */
export const introductionOf = (markdown: string): string =>
  introductionHtml(markdown, '').replaceAll(/ style="[^"]*"/g, '');

/** How many readers have an edition, or soon will, and how many a correction still reaches. */
export function left({
  audience,
  ledger,
}: {
  audience: number | null;
  ledger: Record<string, number>;
}) {
  const planned = Object.values(ledger).reduce((sum, count) => sum + count, 0);
  const started = planned - (ledger['queued'] ?? 0);
  return { started, left: Math.max(0, (audience ?? planned) - started) };
}

async function lastEditor(
  { db }: Context,
  { id, newsletter }: EditorWindow,
  opened: Date,
  {
    language,
    say,
  }: { language: string; say: (key: string, values?: Record<string, string>) => string },
): Promise<string> {
  const last = await lastActor(db, 'edit', `edition ${id}`, opened);
  if (!last) return say('conflict.nobody');
  const { who } = last;
  return say('conflict.who', { who, time: timeIn(last.at, language, newsletter.timezone) });
}
