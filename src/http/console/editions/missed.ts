import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { showDeliveries } from '../../../actions/deliveries.ts';
import { showEdition } from '../../../actions/show-editions.ts';
import type { Context } from '../../../context.ts';
import {
  CURSOR_FORM,
  type Delivery,
  type DeliveryFilter,
  eventsOf,
  missedStates,
} from '../../../deliveries/list-deliveries.ts';
import { missedOf } from '../../../deliveries/missed.ts';
import { maskAddressesIn } from '../../../mail/address.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { audit } from '../../../operators/audit.ts';

import { asCell } from '../../../subscribers/csv-cell.ts';
import { actorOf, mayAct, requireRoleIn, roleOf } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import { timeIn } from '../times.ts';
import { editionIdOf } from './id.ts';
import { consoleEdition, whyMissed } from './view.ts';

const PER_PAGE = 50;
const shows = ['missed', 'failed', 'skipped', 'uncertain', 'retried', 'queued'] as const;

const asked = z.object({
  show: z.enum(shows).catch('missed'),
  reason: z
    .string()
    .regex(/^[a-z]{1,20}$/)
    .optional()
    .catch(undefined),
  search: z.string().trim().max(100).catch(''),
  after: z.string().regex(CURSOR_FORM).optional().catch(undefined),
});
type Asked = z.output<typeof asked>;

/** Who did not get an edition and why, and whom it was tried again for: a list with filters, and the same as CSV. */
export function missedRoutes(context: Context): Router {
  const { db, origin } = context;
  const router = Router();
  const viewer = requireRoleIn('viewer', reachIn(db).ofEdition);
  const page = (res: Response, id: string, query: Asked, limit: number, after?: string) =>
    showDeliveries(db, id, roleOf(res), { ...filterOf(query), limit, after, origin });

  router.get('/editions/:id/missed', viewer, async (req, res) => {
    const id = editionIdOf(req.params.id);
    const words = wordsFor(req, res);
    const { language, t } = words;
    const query = asked.parse(req.query);
    const newsletters = await listNewsletters(db);
    const shown = await showEdition(db, id, context.now(), words.language);
    const edition = consoleEdition(shown, newsletters, words, context.now());
    const [list, { reasons }] = await Promise.all([
      page(res, id, query, PER_PAGE, query.after),
      missedOf(db, id, shown.ledger),
    ]);
    const events = await eventsOf(
      db,
      id,
      list.data.map((row) => row.subscriber),
    );
    const unmasked = mayAct(res, 'admin');
    const { timezone = 'UTC' } = newsletters.find((one) => one.slug === shown.newsletter) ?? {};
    const at = (time: Date) => timeIn(time, language, timezone);
    await showPage(context, req, res, {
      view: 'editions/missed.eta',
      nav: 'editions',
      title: t('editions.missed.title'),
      styles: ['editions'],
      data: {
        edition,
        shows,
        query,
        reasons: reasons.flatMap(({ reason }) => reason ?? []),
        rows: list.data.map((row) => ({
          ...row,
          why: whyMissed(row, t),
          nextAt: row.nextAt && at(row.nextAt),
          sentAt: row.sentAt && at(row.sentAt),
          events: events
            .filter((event) => event.subscriber === row.subscriber)
            .map(({ reply, ...event }) => ({
              relay: event.relay,
              at: at(event.at),
              reply: unmasked ? reply : maskAddressesIn(reply ?? ''),
            })),
        })),
        mayOpen: unmasked,
        first: query.after ? addressOf(id, { ...query, after: undefined }) : null,
        next: list.next ? addressOf(id, { ...query, after: list.next }) : null,
        csv: addressOf(id, { ...query, after: undefined }, '.csv'),
      },
    });
  });

  router.get('/editions/:id/missed.csv', viewer, async (req, res) => {
    const id = editionIdOf(req.params.id);
    await showEdition(db, id, context.now());
    await audit(db, actorOf(res), 'export', `edition ${id}`);
    await sendCsv(req, res, id, asked.parse(req.query));
  });

  async function sendCsv(_req: Request, res: Response, id: string, query: Asked) {
    async function* lines() {
      yield stringify([columns]);
      for (let after: string | undefined; ; ) {
        const { data, next } = await page(res, id, query, 1000, after);
        yield stringify(data.map(lineOf));
        if (next === null) return;
        after = next;
      }
    }
    res.type('text/csv').set('Content-Disposition', `attachment; filename="edition-${id}.csv"`);
    // a client that disconnects ends the export; there is no one to answer
    await pipeline(Readable.from(lines()), res).catch((error) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  }
  return router;
}

const columns = [
  'email',
  'subscriber',
  'state',
  'reason',
  'relay',
  'answer',
  'attempts',
  'next_at',
  'sent_at',
];

const lineOf = (row: Delivery) => [
  asCell(row.email),
  row.subscriber,
  row.state,
  row.reason,
  row.relay,
  asCell(row.answer),
  row.attempts,
  row.nextAt?.toISOString(),
  row.sentAt?.toISOString(),
];

function filterOf({ show, reason, search }: Asked): DeliveryFilter {
  return {
    ...(show === 'retried'
      ? { retried: true }
      : { states: show === 'missed' ? missedStates : [show] }),
    ...(reason ? { reason } : {}),
    ...(search ? { search } : {}),
  };
}

function addressOf(id: string, { show, reason, search, after }: Asked, ending = ''): string {
  const query = new URLSearchParams({
    show,
    ...(reason ? { reason } : {}),
    ...(search ? { search } : {}),
    ...(after ? { after } : {}),
  });
  return `/console/editions/${id}/missed${ending}?${query.toString()}`;
}
