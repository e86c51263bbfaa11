import { type Request, type Response, Router } from 'express';
import type { Context } from '../../../context.ts';
import { actorOf, requireRoleIn, scopeOf } from '../../middleware/roles.ts';
import { wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import {
  lookIn,
  lookOf,
  redirectToEdition,
  returnToWindow,
  sayFor,
  showPosted,
} from './answers.ts';
import { posted } from './form.ts';
import { choiceOf, frameRoutes } from './frames.ts';
import { applyVerdict, type Verdict, verdicts } from './joining.ts';
import { inOrder, type Move, moved, moves } from './list.ts';
import { sendLooks } from './looks.ts';
import { introductionOf, showWindow } from './page.ts';
import { save } from './saving.ts';
import { sendTests } from './test-send.ts';
import { idOf, isOpen, openWindow, readWindow } from './window.ts';

/**
 * The editor's window. It is one form, whatever is pressed in it: nothing typed is lost, and only Save
 * and Send change the edition.
 */
export function editorRoutes(context: Context): Router {
  const router = Router();
  const { ofEdition } = reachIn(context.db);
  router.use(frameRoutes(context));

  router.get('/editions/:id/edit', requireRoleIn('editor', ofEdition), async (req, res) => {
    const window = await openWindow(context.db, idOf(req));
    if (!isOpen(window)) return redirectToEdition(req, res, window);
    const message = await req.session?.take('editorMessage');
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

  router.post('/editions/:id/edit', requireRoleIn('editor', ofEdition), async (req, res) => {
    const window = await readWindow(context, req, scopeOf(res));
    if (!isOpen(window)) return redirectToEdition(req, res, window);
    const [verb = '', id = ''] = window.fields.one('do').split(':');
    if (verb === 'save' || verb === 'send')
      return save(context, req, res, window, { thenSend: verb === 'send' });
    const move = moves.find((one): one is Move => one === verb);
    const { articles, slugs, mine } = window;
    const places = move
      ? moved(mine.places, [move, id], articles, slugs)
      : inOrder(mine.places, articles, slugs);
    return showPosted(context, req, res, window, { form: { ...mine, places } });
  });

  router.post('/editions/:id/edit/look', requireRoleIn('editor', ofEdition), async (req, res) => {
    const window = await readWindow(context, req, scopeOf(res));
    if (!isOpen(window)) return redirectToEdition(req, res, window);
    return sendLooks(context, req, res, window);
  });

  router.post('/editions/:id/edit/introduction', requireRoleIn('editor', ofEdition), (req, res) => {
    res.type('html').send(introductionOf(posted(req.body).one('introduction').slice(0, 20_000)));
  });

  router.post('/editions/:id/edit/test', requireRoleIn('editor', ofEdition), async (req, res) => {
    const window = await readWindow(context, req, scopeOf(res));
    const to = window.fields.one('to');
    const choice = choiceOf(lookIn(window));
    const { language: words } = wordsFor(req, res);
    const message = await sendTests(context, actorOf(res), window.id, to, choice, words);
    if (!message.good) return showPosted(context, req, res, window, { message, to, status: 422 });
    return returnToWindow(context, req, res, window, { message, to });
  });

  for (const verdict of verdicts)
    router.post(`/editions/:id/edit/${verdict}`, requireRoleIn('editor', ofEdition), (req, res) =>
      handleVerdict(context, req, res, verdict),
    );
  return router;
}

async function handleVerdict(context: Context, req: Request, res: Response, verdict: Verdict) {
  const window = await readWindow(context, req, scopeOf(res));
  const key = await applyVerdict(context, req, res, verdict, window);
  const message = {
    good: key !== null && key !== 'done.shared',
    text: sayFor(req, res)(key ?? 'done.gone'),
  };
  return returnToWindow(context, req, res, window, { message });
}
