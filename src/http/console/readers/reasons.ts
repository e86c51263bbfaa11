import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import { type Request, type Response, Router } from 'express';
import type { Context } from '../../../context.ts';
import { maskAddressesIn } from '../../../mail/address.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { inScope } from '../../../operators/scope.ts';
import { asCell } from '../../../subscribers/csv-cell.ts';
import { filterQuery } from '../../../subscribers/filter-query.ts';
import {
  countLeavingReasons,
  LEAVING_CURSOR,
  type LeavingFilter,
  listLeavingReasons,
} from '../../../subscribers/leaving-reasons.ts';
import { mayAct, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { dateIn } from '../times.ts';
import { filterAddress } from './filter-form.ts';

const page = '/console/readers/reasons';
const ROWS = 100;

/** Why readers unsubscribed, by day and newsletter. Below admin the addresses in what they wrote are masked. */
export function reasonRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;

  router.get('/readers/reasons', requireScopedRole('viewer'), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const { filter, typed, cursor } = readQuery(req, res);
    const [newsletters, list, counts] = await Promise.all([
      listNewsletters(db),
      listLeavingReasons(db, { ...filter, limit: ROWS, cursor }),
      countLeavingReasons(db, filter),
    ]);
    const own = new Map(
      newsletters
        .filter(({ id }) => inScope(filter.scope ?? null, id))
        .map((one) => [one.slug, one]),
    );
    const words = wordsAs(res);
    const rows = list.data.map((one) => {
      const zone = own.get(one.newsletter)?.timezone ?? 'UTC';
      return {
        ...one,
        words: words(one.words),
        title: own.get(one.newsletter)?.title ?? one.newsletter,
        kind: one.reason && t(`readers.leaving.kinds.${one.reason}`),
        day: `${dateIn(localDate(one.at, zone), language)} (${zone})`,
      };
    });
    await showPage(context, req, res, {
      view: 'readers/reasons.eta',
      nav: 'readers',
      title: t('readers.leaving.title'),
      styles: ['readers'],
      data: {
        typed,
        mayList: mayAct(res, 'admin'),
        newsletters: [...own.values()],
        counts: counts.map((one) => ({
          kind: t(`readers.leaving.kinds.${one.reason}`),
          count: one.count,
        })),
        days: [...Map.groupBy(rows, ({ day }) => day)].map(([day, reasons]) => ({ day, reasons })),
        csv: `${page}.csv${filterAddress(typed)}`,
        first: cursor && `${page}${filterAddress(typed)}`,
        next: list.next && `${page}${filterAddress(typed, { after: list.next })}`,
      },
    });
  });

  router.get('/readers/reasons.csv', requireScopedRole('viewer'), async (req, res) => {
    const { filter } = readQuery(req, res);
    res.type('text/csv').set('Content-Disposition', 'attachment; filename="reasons.csv"');
    await pipeline(Readable.from(asCsv(filter, wordsAs(res))), res).catch((error) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });

  async function* asCsv(filter: LeavingFilter, words: (text: string) => string) {
    yield stringify([['unsubscribed_at', 'newsletter', 'reason', 'words']]);
    for (let cursor: string | undefined; ; ) {
      const { data, next } = await listLeavingReasons(db, { ...filter, limit: 1000, cursor });
      yield stringify(
        data.map((one) => [
          one.at.toISOString(),
          one.newsletter,
          one.reason ?? '',
          asCell(words(one.words)),
        ]),
      );
      if (next === null) return;
      cursor = next;
    }
  }
  return router;
}

const wordsAs = (res: Response) =>
  mayAct(res, 'admin') ? (text: string) => text : maskAddressesIn;

function readQuery(req: Request, res: Response) {
  const text = (name: string) => {
    const value = req.query[name];
    return typeof value === 'string' ? value.slice(0, 100) : '';
  };
  const typed = { newsletter: text('newsletter'), from: text('from'), before: text('before') };
  const cursor = text('after');
  const filter: LeavingFilter = {
    newsletter: typed.newsletter || undefined,
    after: filterQuery.joinedAfter.safeParse(typed.from || undefined).data,
    before: filterQuery.joinedBefore.safeParse(typed.before || undefined).data,
    scope: scopeOf(res),
  };
  return { filter, typed, cursor: LEAVING_CURSOR.test(cursor) ? cursor : undefined };
}

/** `2026-11-24`, on the clocks of a zone. */
const localDate = (at: Date, timeZone: string) =>
  new Intl.DateTimeFormat('en-CA', { timeZone }).format(at);
