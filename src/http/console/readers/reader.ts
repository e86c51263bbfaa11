import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit, type Done } from '../../../actions/commit.ts';
import { sendConfirmationTo, sendLinksTo } from '../../../actions/subscriber-letters.ts';
import { changeSubscriber, eraseAndTell, subscriberWork } from '../../../actions/subscribers.ts';
import { liftSubscriber, suppressSubscriber } from '../../../actions/suppressions.ts';
import type { Context } from '../../../context.ts';
import type { DbOrTransaction } from '../../../database/connection.ts';
import { LetterRefused, NothingToConfirm } from '../../../letters/errors.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { audit } from '../../../operators/audit.ts';
import { personalData } from '../../../privacy/export.ts';
import { LIFE_CURSOR, lifeOf, lifeSources } from '../../../privacy/life.ts';
import {
  AddressSuppressed,
  ComplaintStays,
  SuppressionNotFound,
} from '../../../subscribers/errors.ts';
import { getSubscriber } from '../../../subscribers/subscribers.ts';
import { addressHashOf, findSuppression } from '../../../subscribers/suppression.ts';
import { actorOf, requireRole, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { pageOf, readerId } from './reader-address.ts';
import { lifeView, personView } from './view.ts';

const ENTRIES = 50;
const asked = z.object({
  show: z.enum(lifeSources).optional().catch(undefined),
  after: z.string().regex(LIFE_CURSOR).optional().catch(undefined),
});
const reasonField = z.string().trim().max(500).catch('');

/** One reader's life on one page, and what can be done to them at once. */
export function readerPageRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;

  router.get('/readers/:id', requireScopedRole('admin'), async (req, res) => {
    await showReader(req, res);
  });

  async function showReader(req: Request, res: Response, wrong?: 'why') {
    const words = wordsFor(req, res);
    const scope = scopeOf(res);
    const id = readerId(req);
    const { show, after } = asked.parse(req.query);
    const subscriber = await getSubscriber(db, id, scope);
    const [newsletters, hash, life] = await Promise.all([
      listNewsletters(db),
      addressHashOf(db, id),
      lifeOf(db, id, { limit: ENTRIES, after, only: show, scope }),
    ]);
    const suppression = hash && (await findSuppression(db, hash));
    const person = personView(subscriber, suppression, newsletters, words);
    const here = (query: Record<string, string | undefined>) => {
      const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
      return `${pageOf(id)}${given.length > 0 ? `?${new URLSearchParams(given).toString()}` : ''}#life`;
    };
    await showPage(context, req, res, {
      view: 'readers/reader.eta',
      nav: 'readers',
      title: person.title,
      status: wrong ? 422 : 200,
      styles: ['readers'],
      data: {
        person,
        wrong,
        isWhole: scope === null,
        life: life.data.map((entry) => lifeView(entry, newsletters, words)),
        shows: [undefined, ...lifeSources].map((source) => ({
          name: source ?? 'all',
          address: here({ show: source }),
          isShown: source === show,
        })),
        newest: after && here({ show }),
        older: life.next && here({ show, after: life.next }),
      },
    });
  }

  router.get('/readers/:id/data.json', requireRole('admin'), async (req, res) => {
    const data = await personalData(db, readerId(req));
    await audit(db, actorOf(res), 'export', `subscriber ${readerId(req)}`);
    res.attachment(`subscriber-${readerId(req)}.json`).type('json');
    res.send(`${JSON.stringify(data, null, 2)}\n`);
  });

  router.post('/readers/:id/end', requireScopedRole('admin'), async (req, res) => {
    const newsletter = z.string().max(100).catch('').parse(req.body?.newsletter);
    const changes = { subscriptions: [{ newsletter, state: 'unsubscribed' }] };
    const by = subscriberWork(context, scopeOf(res));
    await commit(context, (tx) => changeSubscriber(tx, actorOf(res), readerId(req), changes, by));
    await leaveMessage(req, 'readers.done.ended', true);
    res.redirect(303, pageOf(readerId(req)));
  });

  const sends = (name: string, work: typeof sendLinksTo, done: string) =>
    router.post(`/readers/:id/${name}`, requireScopedRole('admin'), async (req, res) => {
      const by = subscriberWork(context, scopeOf(res));
      const outcome = await refusal(
        commit(context, (tx) => work(tx, actorOf(res), readerId(req), by)),
      );
      await leaveMessage(req, outcome ? `readers.refused.${outcome}` : done, !outcome);
      res.redirect(303, pageOf(readerId(req)));
    });
  sends('send-confirmation', sendConfirmationTo, 'readers.done.confirmation');
  sends('send-links', sendLinksTo, 'readers.done.links');

  // The address is of the person, whatever they read: who is bound to some newsletters leaves it alone.
  router.post('/readers/:id/suppress', requireRole('admin'), async (req, res) => {
    const why = reasonField.parse(req.body?.why);
    await whole((tx) => suppressSubscriber(tx, actorOf(res), readerId(req), why || null));
    await leaveMessage(req, 'readers.done.suppressed', true);
    res.redirect(303, pageOf(readerId(req)));
  });

  router.post('/readers/:id/lift', requireRole('admin'), async (req, res) => {
    const why = reasonField.parse(req.body?.why);
    if (why === '') return showReader(req, res, 'why');
    try {
      await whole((tx) => liftSubscriber(tx, actorOf(res), readerId(req), why));
      await leaveMessage(req, 'readers.done.lifted', true);
    } catch (error) {
      if (error instanceof ComplaintStays) await leaveMessage(req, 'readers.complaintStays', false);
      // somebody else was quicker: the page shows how it is
      else if (!(error instanceof SuppressionNotFound)) throw error;
    }
    return res.redirect(303, pageOf(readerId(req)));
  });

  router.post('/readers/:id/erase', requireRole('admin'), async (req, res) => {
    const actor = actorOf(res);
    await commit(context, (tx) => eraseAndTell(tx, actor, readerId(req), now()));
    await leaveMessage(req, 'readers.done.erased', true);
    res.redirect(303, '/console/readers');
  });

  const whole = (work: (tx: DbOrTransaction) => Promise<unknown>) =>
    commit(context, async (tx): Promise<Done<unknown>> => ({ value: await work(tx) }));
  return router;
}

/** Why no letter went, by the name of its words; undefined: it did. */
async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof LetterRefused) return error.reason;
    if (error instanceof AddressSuppressed) return 'suppressed';
    if (error instanceof NothingToConfirm) return 'nothing';
    throw error;
  }
}
