import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import { changeSubscriber, eraseAndTell } from '../../../actions/subscribers.ts';
import { suppressAddress } from '../../../actions/suppressions.ts';
import type { Context } from '../../../context.ts';
import { InvalidAddress, readAddress } from '../../../mail/address.ts';
import { getNewsletter, listNewsletters } from '../../../newsletters/newsletters.ts';
import { audit } from '../../../operators/audit.ts';
import { personalData } from '../../../privacy/export.ts';
import { exportSubscribers } from '../../../subscribers/export.ts';
import { listSubscribers } from '../../../subscribers/subscribers.ts';
import { ID_FORM } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, requireRole } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { personView, rowView } from './view.ts';

const page = '/console/readers';
const id = z.string().regex(ID_FORM);
const asked = z.object({
  email: z.string().trim().max(320).catch(''),
  newsletter: z.string().max(100).catch(''),
  state: z.enum(['pending', 'active', 'unsubscribed', '']).catch(''),
  after: id.or(z.literal('')).catch(''),
});

/** The readers, one by one: all of it takes an admin. */
export function readerRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;

  router.get('/readers', requireRole('admin'), async (req, res) => {
    const words = wordsFor(req, res);
    const filter = asked.parse(req.query);
    const emailKey = filter.email === '' ? undefined : keyOf(filter.email);
    const [newsletters, list] = await Promise.all([
      listNewsletters(db),
      emailKey === null
        ? { data: [], next: null }
        : listSubscribers(db, {
            limit: 50,
            emailKey,
            newsletter: filter.newsletter || undefined,
            state: filter.state || undefined,
            after: filter.after || undefined,
          }),
    ]);
    const { after: _, ...rest } = filter;
    await showPage(context, req, res, {
      view: 'readers/list.eta',
      nav: 'readers',
      title: words.t('subscribers.title'),
      status: emailKey === null ? 422 : 200,
      data: {
        filter,
        wrong: emailKey === null,
        newsletters,
        people: list.data.map((person) => rowView(person, newsletters, words)),
        first: filter.after && `${page}?${new URLSearchParams(rest).toString()}`,
        next:
          list.next && `${page}?${new URLSearchParams({ ...rest, after: list.next }).toString()}`,
      },
    });
  });

  router.get('/readers/export.csv', requireRole('admin'), async (req, res) => {
    const newsletter = asked.parse(req.query).newsletter || undefined;
    if (newsletter !== undefined && !(await getNewsletter(db, newsletter)))
      throw new Problem(404, 'There is no such newsletter.');
    await audit(
      db,
      actorOf(res),
      'export',
      newsletter ? `newsletter ${newsletter}` : 'subscribers',
    );
    res.type('text/csv').set('Content-Disposition', 'attachment; filename="subscribers.csv"');
    // a client that disconnects ends the export; there is no one to answer
    await pipeline(Readable.from(exportSubscribers(db, { newsletter })), res).catch((error) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });

  router.get('/readers/:id', requireRole('admin'), async (req, res) => {
    const words = wordsFor(req, res);
    const [data, newsletters] = await Promise.all([
      personalData(db, idOf(req)),
      listNewsletters(db),
    ]);
    const person = personView(data, newsletters, words);
    await showPage(context, req, res, {
      view: 'readers/reader.eta',
      nav: 'readers',
      title: person.name,
      data: { person },
    });
  });

  router.get('/readers/:id/data.json', requireRole('admin'), async (req, res) => {
    const data = await personalData(db, idOf(req));
    await audit(db, actorOf(res), 'export', `subscriber ${idOf(req)}`);
    res.attachment(`subscriber-${idOf(req)}.json`).type('json');
    res.send(`${JSON.stringify(data, null, 2)}\n`);
  });

  router.post('/readers/:id/end', requireRole('admin'), async (req, res) => {
    const newsletter = z.string().max(100).catch('').parse(req.body?.newsletter);
    const changes = { subscriptions: [{ newsletter, state: 'unsubscribed' }] };
    const origin = new URL(context.config.publicUrl).host;
    const by = { hashAddress: context.hashAddress, origin, now: now() };
    await commit(context, (tx) => changeSubscriber(tx, actorOf(res), idOf(req), changes, by));
    await leaveMessage(req, 'subscribers.done.ended', true);
    res.redirect(303, `${page}/${idOf(req)}`);
  });

  router.post('/readers/:id/suppress', requireRole('admin'), async (req, res) => {
    const { subscriber } = await personalData(db, idOf(req));
    if (subscriber.email !== null) {
      const hash = context.hashAddress(readAddress(subscriber.email).key);
      const actor = actorOf(res);
      await commit(context, async (tx) => ({
        value: await suppressAddress(tx, actor, hash, null),
      }));
      await leaveMessage(req, 'subscribers.done.suppressed', true);
    }
    res.redirect(303, `${page}/${idOf(req)}`);
  });

  router.post('/readers/:id/erase', requireRole('admin'), async (req, res) => {
    const actor = actorOf(res);
    await commit(context, (tx) => eraseAndTell(tx, actor, idOf(req), now()));
    await leaveMessage(req, 'subscribers.done.erased', true);
    res.redirect(303, page);
  });
  return router;
}

/** The compared form of what is looked for; null where it is no address. */
function keyOf(email: string): string | null {
  try {
    return readAddress(email).key;
  } catch (error) {
    if (error instanceof InvalidAddress) return null;
    throw error;
  }
}

function idOf(req: Request): string {
  const read = id.safeParse(req.params.id);
  if (!read.success) throw new Problem(404, 'There is no such subscriber.');
  return read.data;
}
