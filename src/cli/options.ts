import { InvalidArgumentError } from 'commander';
import type { DbOrTransaction } from '../database/connection.ts';
import { readAddress } from '../mail/address.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';
import { SubscriberNotFound } from '../subscribers/errors.ts';
import { listSubscribers } from '../subscribers/subscribers.ts';
import { readId } from '../text/id.ts';
import { WrongUse } from './output.ts';

/** An option that may be given several times. */
export const several = (value: string, before: string[] = []): string[] => [...before, value];

/** The `--limit` of a list. */
export function readLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new InvalidArgumentError('It must be a number from 1 to 1000.');
  return limit;
}

/** The id of something, or the `--after` of a list. */
export function idArgument(text: string): string {
  if (!readId(text)) throw new InvalidArgumentError('It must be an id, such as 7.');
  return text;
}

/** A time such as 2026-11-24T18:00:00Z. */
export function readTime(text: string): Date {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('It must be a time such as 2026-11-24T18:00:00Z.');
  return time;
}

/** A day such as 2026-11-24. */
export function readDay(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('It must be a day such as 2026-11-24.');
  return text;
}

/** A day such as 2027-11-24, a time, or `never`. */
export function readExpiry(text: string): Date | null {
  if (text === 'never') return null;
  return readTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
}

/** The newsletter that was named, or the only one there is. */
export async function chooseNewsletter(
  db: DbOrTransaction,
  named: string | undefined,
): Promise<string> {
  if (named !== undefined) return named;
  const all = await listNewsletters(db);
  const [only] = all;
  if (only && all.length === 1) return only.slug;
  throw new WrongUse(
    all.length === 0
      ? 'There is no newsletter yet. Create one: npx gaceta newsletters create'
      : `Name the newsletter: --newsletter ${all.map((one) => one.slug).join(' | ')}`,
  );
}

/** The id of a subscriber named by id or address. Throws SubscriberNotFound, InvalidAddress. */
export async function chooseSubscriber(db: DbOrTransaction, named: string): Promise<string> {
  if (readId(named)) return named;
  const { data } = await listSubscribers(db, { limit: 1, emailKey: readAddress(named).key });
  const id = data[0]?.id;
  if (id === undefined) throw new SubscriberNotFound('of this address');
  return id;
}
