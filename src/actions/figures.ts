import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import { type EditionFigures, editionFigures } from '../deliveries/edition-figures.ts';
import { keepCounts } from '../deliveries/kept-counts.ts';
import { NewsletterNotFound } from '../newsletters/errors.ts';
import { getNewsletter } from '../newsletters/newsletters.ts';
import { inScope } from '../operators/scope.ts';
import { type ReaderDay, readerDays, readerDaysAt } from '../subscribers/reader-days.ts';

/** How many editions are shown with their ledger. */
export const MOST_EDITIONS = 30;
const DEFAULT_DAYS = 90;
/** A thousand ranges an edition of a million readers: what took long to add up is kept for some seconds. */
const keep = keepCounts<EditionFigures[]>();
const DAY_MS = 86_400_000;

const day = z.iso.date('must be a date such as 2026-11-24');

/** What figures are asked for: from one day to another, both included, of one newsletter or all. */
export const figuresQuery = z.strictObject({
  newsletter: z.string().max(100).optional(),
  from: day.optional().meta({ description: 'Left out: 90 days before `to`' }),
  to: day.optional().meta({ description: 'Left out: today' }),
});

/** The figures of some days, and the newest editions of these. */
export interface Figures {
  from: string;
  to: string;
  /** When the days were counted last; null: not yet. */
  countedAt: Date | null;
  days: ReaderDay[];
  editions: EditionFigures[];
}

/** Throws NewsletterNotFound, also for one outside of the scope. */
export async function showFigures(
  db: DbOrTransaction,
  asked: z.output<typeof figuresQuery>,
  scope: Scope,
  now: Date,
): Promise<Figures> {
  const { newsletter } = asked;
  if (newsletter !== undefined) {
    const found = await getNewsletter(db, newsletter);
    if (!found || !inScope(scope, found.id)) throw new NewsletterNotFound(newsletter);
  }
  const to = asked.to ?? dayOf(now);
  const from = asked.from ?? dayOf(new Date(Date.parse(to) - DEFAULT_DAYS * DAY_MS));
  const wanted = { newsletter, from, to, scope };
  const [countedAt, days, editions] = await Promise.all([
    readerDaysAt(db),
    readerDays(db, wanted),
    keep(db, JSON.stringify(wanted), () => editionFigures(db, { ...wanted, limit: MOST_EDITIONS })),
  ]);
  return { from, to, countedAt, days, editions };
}

const dayOf = (time: Date) => time.toISOString().slice(0, 10);
