import type { Request, Response } from 'express';
import { UnknownArticles } from '../../../articles/errors.ts';
import type { Context } from '../../../context.ts';
import { ledger } from '../../../deliveries/ledger.ts';
import { InvalidEdition, NothingNew } from '../../../editions/errors.ts';
import type { Translate } from '../../../locales/index.ts';
import { actorOf } from '../../middleware/roles.ts';
import { wordsFor } from '../pages.ts';
import {
  addressOf,
  redirectToEdition,
  returnToWindow,
  sayFor,
  shownOf,
  showPosted,
} from './answers.ts';
import { same } from './form.ts';
import { merge } from './merge.ts';
import { left, showWindow } from './page.ts';
import { saveWindow } from './save.ts';
import { nextStep } from './view.ts';
import type { EditorWindow, PostedWindow } from './window.ts';

/**
 * Saves a window, and answers with what came of it. With `thenSend` the page that asks before it is sent comes next, once
 * it is saved as the editor has it, and not where somebody else saved meanwhile.
 */
export async function save(
  context: Context,
  req: Request,
  res: Response,
  window: PostedWindow,
  { thenSend = false } = {},
) {
  const say = sayFor(req, res);
  const { mine, base, slugs } = window;
  const saving = await saveWindow(context, actorOf(res), window).catch((error: unknown) => {
    const errors = whatIsWrong(
      error,
      mine.places.filter((place) => !place.dropped),
      say,
    );
    if (errors) return { result: 'wrong' as const, errors };
    throw error;
  });
  switch (saving.result) {
    case 'over':
      return redirectToEdition(req, res, window);
    case 'wrong': {
      const message = { good: false, text: say('error.title') };
      return showPosted(context, req, res, window, { errors: saving.errors, message, status: 422 });
    }
    case 'conflict': {
      const theirs = saving.window;
      // Pressed twice: what was saved meanwhile is this.
      if (same(mine, theirs.saved)) return done(context, req, res, window, theirs);
      const { form, changes } = merge(base, mine, theirs.saved, theirs.articles, slugs);
      const now = { ...window, ...theirs };
      return showWindow(context, req, res, now, {
        ...shownOf(window),
        form,
        base: theirs.saved,
        changes,
        status: 409,
      });
    }
    case 'unchanged':
      if (thenSend) return res.redirect(303, `/console/editions/${window.id}/send`);
      return returnToWindow(context, req, res, window, {
        message: { good: true, text: say('done.unchanged') },
      });
    case 'saved':
      if (thenSend) return res.redirect(303, `/console/editions/${window.id}/send`);
      return done(context, req, res, window, saving.window);
  }
}

async function done(
  context: Context,
  req: Request,
  res: Response,
  window: PostedWindow,
  saved: EditorWindow,
) {
  const after = { ...saved, articles: window.articles };
  const text = await savedWords(context, req, res, after);
  await req.session?.keep({ editorMessage: { good: true, text } });
  return res.redirect(303, addressOf(window));
}

async function savedWords(context: Context, req: Request, res: Response, after: EditorWindow) {
  const { language } = wordsFor(req, res);
  const say = sayFor(req, res);
  if (after.saved.phase === 'before')
    return say('done.saved', {
      next: nextStep(after, context.now(), { language, say }).text,
    });
  const { audience, revision } = after.draft.edition;
  const counts = await ledger(context.db, after.id);
  const number = new Intl.NumberFormat(language).format(left({ audience, ledger: counts }).left);
  return say('done.corrected', { revision: revision - 1, left: number });
}

/** The fields that are wrong, by name; undefined for an error that is about something else. */
function whatIsWrong(error: unknown, listed: { id: string }[], say: Translate) {
  if (error instanceof NothingNew || error instanceof UnknownArticles)
    return { articles: say('error.articles') };
  if (!(error instanceof InvalidEdition)) return undefined;
  const wrong: Record<string, string> = {};
  for (const { pointer } of error.errors) {
    const [, field = '', at, part = ''] = pointer.split('/');
    const id = listed[Number(at)]?.id;
    if (field !== 'articles') wrong[field] = say(`error.${field}`);
    else if (id && part === 'title') wrong[`title-${id}`] = say('error.headline');
    else if (id && part === 'standfirst') wrong[`standfirst-${id}`] = say('error.standfirst');
    else wrong['articles'] = say('error.articles');
  }
  return wrong;
}
