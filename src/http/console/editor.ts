import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { ledger } from '../../deliveries/ledger.ts';
import { baseLanguage } from '../../editions/content.ts';
import { InvalidEdition, NothingNew, UnknownArticles } from '../../editions/errors.ts';
import { MADE_UP_FOR } from '../../editions/schedule.ts';
import { type Translate, translator } from '../../locales/index.ts';
import { posted, same } from './editor-form.ts';
import { choiceOf, frameRoutes } from './editor-frames.ts';
import { inOrder, type Move, moved, moves } from './editor-list.ts';
import { merge } from './editor-merge.ts';
import { introductionOf, left, type Shown, showWindow } from './editor-page.ts';
import { saveWindow } from './editor-save.ts';
import { judge, type Verdict, verdicts } from './editor-stories.ts';
import { sendTests } from './editor-test-send.ts';
import { nextStep } from './editor-view.ts';
import {
  type EditorWindow,
  editorOf,
  idOf,
  isOpen,
  openWindow,
  type PostedWindow,
  readWindow,
} from './editor-window.ts';
import { leaveMessage, wordsFor } from './pages.ts';

/**
 * The editor's window. It is one form, whatever is pressed in it: nothing typed is lost, and nothing but
 * Save changes the edition.
 */
export function editorRoutes(context: Context): Router {
  const router = Router();
  router.use(frameRoutes(context));

  router.use('/editions/:id/edit', (req, res, next) => {
    if (editorOf(res)) return next();
    leaveMessage(req, 'done.forbidden', false, { role: res.locals.operator.role });
    return res.redirect(303, `/console/editions/${idOf(req)}`);
  });

  router.get('/editions/:id/edit', async (req, res) => {
    const window = await openWindow(context.db, idOf(req));
    if (!isOpen(window)) return over(req, res, window);
    const { editorMessage: message } = req.session;
    delete req.session.editorMessage;
    const { saved } = window;
    const look = lookOf(req.query);
    const opened = context.now();
    return showWindow(context, req, res, window, {
      form: saved,
      base: saved,
      opened,
      look,
      message,
    });
  });

  router.post('/editions/:id/edit', async (req, res) => {
    const window = await readWindow(context, req);
    if (!isOpen(window)) return over(req, res, window);
    const [verb = '', id = ''] = window.fields.one('do').split(':');
    if (verb === 'save') return save(context, req, res, window);
    const move = moves.find((one): one is Move => one === verb);
    const { articles, slugs, mine } = window;
    const places = move
      ? moved(mine.places, [move, id], articles, slugs)
      : inOrder(mine.places, articles, slugs);
    return stage(context, req, res, window, { form: { ...mine, places } });
  });

  router.post('/editions/:id/edit/introduction', (req, res) => {
    res.type('html').send(introductionOf(posted(req.body).one('introduction').slice(0, 20_000)));
  });

  router.post('/editions/:id/edit/test', async (req, res) => {
    const window = await readWindow(context, req);
    const { language, sections } = lookIn(window);
    const to = window.fields.one('to');
    const choice = choiceOf(language, sections);
    const operator = res.locals.operator.id;
    const message = await sendTests(context, operator, window.id, to, choice, sayFor(req, res));
    if (!message.good) return stage(context, req, res, window, { message, to, status: 422 });
    return settle(context, req, res, window, { message, to });
  });

  for (const verdict of verdicts)
    router.post(`/editions/:id/edit/${verdict}`, (req, res) => decide(context, req, res, verdict));
  return router;
}

async function save(context: Context, req: Request, res: Response, window: PostedWindow) {
  const say = sayFor(req, res);
  const { mine, base, articles, slugs } = window;
  const saving = await saveWindow(context, res.locals.operator.id, window).catch(
    (error: unknown) => {
      const errors = whatIsWrong(
        error,
        mine.places.filter((place) => !place.dropped),
        say,
      );
      if (errors) return { result: 'wrong' as const, errors };
      throw error;
    },
  );
  switch (saving.result) {
    case 'over':
      return over(req, res, window);
    case 'wrong': {
      const message = { good: false, text: say('error.title') };
      return stage(context, req, res, window, { errors: saving.errors, message, status: 422 });
    }
    case 'conflict': {
      const theirs = saving.window;
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
      return settle(context, req, res, window, {
        message: { good: true, text: say('done.unchanged') },
      });
    case 'saved': {
      const after = { ...saving.window, articles };
      req.session.editorMessage = { good: true, text: await savedWords(context, req, res, after) };
      return res.redirect(303, addressOf(window));
    }
  }
}

async function decide(context: Context, req: Request, res: Response, verdict: Verdict) {
  const window = await readWindow(context, req);
  const actor = { kind: 'operator' as const, id: res.locals.operator.id };
  const key = await judge(context, req, actor, verdict, window);
  const message = { good: key !== null, text: sayFor(req, res)(key ?? 'done.gone') };
  return settle(context, req, res, window, { message });
}

/** After something that is done by now: back to what is saved, or on with what is not saved yet. */
async function settle(
  context: Context,
  req: Request,
  res: Response,
  before: PostedWindow,
  { message, to }: { message: { good: boolean; text: string }; to?: string },
) {
  const { base, mine, fields, articles, slugs } = before;
  if (same(mine, base)) {
    req.session.editorMessage = message;
    return res.redirect(303, addressOf(before));
  }
  const window = await openWindow(context.db, before.id, [...articles.keys()]);
  // Joined or separated stories stand otherwise in what is saved, too: that is no change by others.
  const stale = !same(base, before.saved);
  const form = { ...mine, places: inOrder(mine.places, window.articles, slugs) };
  const now = { ...before, ...window, fields, base: stale ? base : window.saved };
  return stage(context, req, res, now, { form, message, ...(to === undefined ? {} : { to }) });
}

/** Shows the window with what is not saved yet. */
function stage(
  context: Context,
  req: Request,
  res: Response,
  window: PostedWindow,
  more: Partial<Shown>,
) {
  return showWindow(context, req, res, window, { ...shownOf(window), ...more });
}

const shownOf = (window: PostedWindow): Shown => ({
  form: window.mine,
  base: window.base,
  opened: new Date(z.iso.datetime().safeParse(window.fields.one('opened')).data ?? 0),
  look: lookIn(window),
  search: window.fields.one('search').slice(0, 100),
  to: window.fields.one('to').slice(0, 2000),
});

function over(req: Request, res: Response, { id }: EditorWindow) {
  leaveMessage(req, 'done.refused', false, { reason: sayFor(req, res)('done.over') });
  return res.redirect(303, `/console/editions/${id}`);
}

async function savedWords(context: Context, req: Request, res: Response, after: EditorWindow) {
  const { language } = wordsFor(req, res);
  const say = sayFor(req, res);
  if (after.saved.phase === 'before')
    return say('done.saved', {
      next: nextStep(after, context.now(), MADE_UP_FOR, { language, say }),
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

const text = z.string().max(2000).catch('');

const lookOf = (query: Request['query']) => ({
  language: text.parse(query['language']),
  sections: text.parse(query['sections']),
});

function lookIn({ fields, newsletter }: PostedWindow) {
  const language = fields.one('look-language').slice(0, 35);
  // Empty is the newsletter's, which needs no mention in an address.
  const own = language === baseLanguage(newsletter.language);
  return {
    language: own ? '' : language,
    sections: fields.one('look-sections').slice(0, 2000),
  };
}

const addressOf = (window: PostedWindow) => {
  const { language, sections } = lookIn(window);
  const query =
    language || sections ? `?${new URLSearchParams({ language, sections }).toString()}` : '';
  return `/console/editions/${window.id}/edit${query}`;
};

const sayFor = (req: Request, res: Response): Translate =>
  translator(wordsFor(req, res).language, 'editor');
