import type { Request, Response } from 'express';
import { ArticleShared } from '../../../articles/errors.ts';
import { joinArticles, restoreStories, separateArticle } from '../../../articles/merge.ts';
import {
  joinDuplicate,
  listSources,
  restoreSources,
  type Source,
  separateSource,
} from '../../../articles/sources.ts';
import { requireOwnArticles } from '../../../articles/within-scope.ts';
import type { Context } from '../../../context.ts';
import type { DbOrTransaction } from '../../../database/connection.ts';
import { type Actor, audit } from '../../../operators/audit.ts';
import type { Scope } from '../../../operators/scope.ts';
import { toProblem } from '../../../problems/to-problem.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, scopeOf } from '../../middleware/roles.ts';
import type { SessionData } from '../account/sessions.ts';
import type { PostedWindow } from './window.ts';

/** What an editor says about copies and translations. */
export const verdicts = ['separate', 'apart', 'pair', 'join', 'undo'] as const;
export type Verdict = (typeof verdicts)[number];

type Undo = SessionData['editorUndo'];

/**
 * Does it, and keeps in the session how it is taken back. Answers the key of what to say: `null` where the
 * article no longer exists.
 */
export async function applyVerdict(
  { db }: Context,
  req: Request,
  res: Response,
  verdict: Verdict,
  window: PostedWindow,
): Promise<string | null> {
  const by = { actor: actorOf(res), scope: scopeOf(res) };
  const undo = req.session?.data.editorUndo;
  const value = window.fields.one(verdict);
  try {
    const next = await db
      .transaction()
      .execute((tx) =>
        verdict === 'undo'
          ? takeBack(tx, by.actor, window.id, undo)
          : joinOrSeparate(tx, by, verdict, value, window),
      );
    if (next) await req.session?.keep({ editorUndo: { edition: window.id, ...next } });
    else await req.session?.take('editorUndo');
    return done[verdict];
  } catch (error) {
    if (error instanceof NothingToUndo) return 'done.nothingToUndo';
    if (error instanceof ArticleShared) return 'done.shared';
    const { status } = toProblem(error, '');
    if (status === 404 || status === 422) return null;
    throw error;
  }
}

class NothingToUndo extends Error {
  override name = 'NothingToUndo';
}

const done: Record<Verdict, string> = {
  separate: 'done.separated',
  apart: 'done.apart',
  pair: 'done.paired',
  join: 'done.joined',
  undo: 'done.undone',
};

async function joinOrSeparate(
  tx: DbOrTransaction,
  { actor, scope }: { actor: Actor; scope: Scope },
  verdict: Exclude<Verdict, 'undo'>,
  value: string,
  { fields }: PostedWindow,
): Promise<Omit<Undo, 'edition'>> {
  switch (verdict) {
    case 'separate': {
      const [of = '', source = ''] = value.split(':');
      await requireOwnArticles(tx, scope, [of]);
      const { id, before } = await separateSource(tx, of, source);
      await audit(tx, actor, 'separate', `article ${of}`, { source, article: id });
      return { copies: before };
    }
    case 'apart': {
      await requireOwnArticles(tx, scope, [value]);
      const stories = await separateArticle(tx, value);
      await audit(tx, actor, 'separate translation', `article ${value}`);
      return { stories };
    }
    case 'pair': {
      const other = fields.one(`pair-${value}`);
      if (other === value) throw new Problem(422, 'An article is no translation of itself.');
      await requireOwnArticles(tx, scope, [value, other]);
      const stories = await joinArticles(tx, [value, other]);
      await audit(tx, actor, 'pair translations', `article ${value}`, { with: other });
      return { stories };
    }
    case 'join': {
      const copy = fields.one(`join-${value}`);
      await requireOwnArticles(tx, scope, [value, copy]);
      const copies = await joinDuplicate(tx, value, copy);
      await audit(tx, actor, 'join', `article ${value}`, { copy });
      return { copies };
    }
  }
}

async function takeBack(
  tx: DbOrTransaction,
  actor: Actor,
  edition: string,
  undo: Undo | undefined,
): Promise<undefined> {
  if (undo?.edition !== edition) throw new NothingToUndo();
  if (undo.stories) await restoreStories(tx, undo.stories);
  if (undo.copies) await restoreSources(tx, undo.copies);
  const objects = undo.copies
    ? [undo.copies.copy.of, undo.copies.copy.id]
    : (undo.stories ?? []).map(({ id }) => id);
  await audit(tx, actor, 'undo', `edition ${edition}`, { articles: objects });
}

/** The sources of those articles that have more than one. */
export async function joinedSources(
  db: DbOrTransaction,
  articles: Iterable<{ id: string; joined: number }>,
  scope: Scope,
): Promise<Map<string, Source[]>> {
  const found = new Map<string, Source[]>();
  for (const { id, joined } of articles) {
    if (joined > 0) found.set(id, await listSources(db, id, scope));
  }
  return found;
}
