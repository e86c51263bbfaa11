import type { Request } from 'express';
import type { StoriesBefore } from '../../../articles/merge.ts';
import type { SourcesBefore } from '../../../articles/sources.ts';
import { articlesWithin } from '../../../articles/within-scope.ts';
import type { Context } from '../../../context.ts';
import type { DbOrTransaction } from '../../../database/connection.ts';
import { type Draft, draftArticles, readDraft } from '../../../editions/draft.ts';
import { type Newsletter, newsletterOfId } from '../../../newsletters/newsletters.ts';
import type { Scope } from '../../../operators/scope.ts';
import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { type EditorForm, formOf, type Posted, posted, readBase, readForm } from './form.ts';
import { type Articles, inOrder, type Place } from './list.ts';

declare module '../account/sessions.ts' {
  interface SessionData {
    /** Said once, when an editor's window is shown next. */
    editorMessage: { text: string; good: boolean };
    /** How the last joining or separating is taken back. */
    editorUndo: {
      edition: string;
      stories?: StoriesBefore;
      copies?: SourcesBefore;
    };
  }
}

/** An edition as it is saved, with all that its editor's window needs of the database. */
export interface EditorWindow {
  id: string;
  draft: Draft;
  newsletter: Newsletter;
  slugs: string[];
  articles: Articles;
  saved: EditorForm;
}

/** A window as a browser posted it. */
export interface PostedWindow extends EditorWindow {
  fields: Posted;
  /** The saved state that it was opened on. */
  base: EditorForm;
  mine: EditorForm;
}

/** Reads an edition for editing; `more` are articles that are not in it yet. Throws EditionNotFound. */
export async function openWindow(
  db: DbOrTransaction,
  id: string,
  more: string[] = [],
): Promise<EditorWindow> {
  const draft = await readDraft(db, id);
  const newsletter = await newsletterOfId(db, draft.edition.newsletterId);
  const ids = new Set([...draft.entries.map((entry) => entry.id), ...more]);
  const found = await draftArticles(db, newsletter.id, [...ids]);
  const articles = new Map(found.map((article) => [article.id, article]));
  const slugs = newsletter.sections.map(({ slug }) => slug);
  return { id, draft, newsletter, slugs, articles, saved: formOf(draft, newsletter, articles) };
}

/**
 * Reads what was posted, and the edition as it is by now. Of articles that are not in it yet, those within the scope.
 * Throws EditionNotFound, Problem 400.
 */
export async function readWindow(
  context: Context,
  req: Request,
  scope: Scope,
): Promise<PostedWindow> {
  const fields = posted(req.body);
  const base = readBase(fields);
  if (!base) throw new Problem(400, 'The form came without what it was opened on: load it again.');
  const added = fields.one('do').startsWith('add:') ? [fields.one('do').slice(4)] : [];
  const listed = fields.all('row').flatMap((row) => row.split(','));
  const ids = [...listed, ...fields.all('dropped'), ...added].slice(0, 1000);
  const within = await articlesWithin(context.db, scope, ids);
  const window = await openWindow(context.db, idOf(req), within);
  const mine = readForm(fields, base);
  const places = mine.places.filter((place) => window.articles.has(place.id));
  return {
    ...window,
    fields,
    // A story or section that became another meanwhile is no editor's change.
    base: { ...base, places: inPlace(base.places, window) },
    mine: { ...mine, places: inPlace(places, window), words: ownWords(mine, window) },
  };
}

function inPlace(places: Place[], { articles, slugs }: EditorWindow): Place[] {
  const known = places.map((place) => ({
    ...place,
    section: slugs.find((slug) => slug === place.section) ?? slugs[0] ?? null,
  }));
  return inOrder(known, articles, slugs);
}

/** An edition's wording that says what the article says is none. */
function ownWords({ words }: EditorForm, { articles }: EditorWindow): EditorForm['words'] {
  const kept = Object.entries(words).flatMap(([id, { title, standfirst }]) => {
    const article = articles.get(id);
    if (!article) return [];
    const own = {
      title: title === article.title ? '' : title,
      standfirst: standfirst === article.standfirst ? '' : standfirst,
    };
    return own.title || own.standfirst ? [[id, own] as const] : [];
  });
  return Object.fromEntries(kept);
}

export function idOf(req: Request): string {
  const id = readId(req.params.id);
  if (id !== undefined) return id;
  throw new Problem(404, 'There is no such edition.');
}

/** Whether an edition can be changed: before it starts, and while it is being sent. */
export const isOpen = ({ draft }: EditorWindow): boolean =>
  draft.edition.state !== 'sent' && draft.edition.state !== 'cancelled';
