import type { DbOrTransaction } from '../database/connection.ts';
import { addFeed, type Feed, removeFeed, updateFeed } from '../feeds/feeds.ts';
import { type Actor, audit } from '../operators/audit.ts';

/** Adds a feed, with its audit row. Throws InvalidFeed, NewsletterNotFound, FeedTaken. */
export async function takeOnFeed(
  tx: DbOrTransaction,
  actor: Actor,
  input: unknown,
  now: Date,
): Promise<Feed> {
  const feed = await addFeed(tx, input, now);
  await audit(tx, actor, 'add', `feed ${feed.id}`, { url: feed.url });
  return feed;
}

/** Changes a feed, with its audit row. Throws InvalidFeed, FeedNotFound, FeedTaken. */
export async function changeFeed(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  changes: object,
  now: Date,
): Promise<Feed> {
  const feed = await updateFeed(tx, id, changes, now);
  await audit(tx, actor, 'change', `feed ${feed.id}`, { fields: Object.keys(changes) });
  return feed;
}

/** Gives a feed up for good, with its audit row. Its articles stay. Throws FeedNotFound. */
export async function giveUpFeed(tx: DbOrTransaction, actor: Actor, id: string): Promise<Feed> {
  const feed = await removeFeed(tx, id);
  await audit(tx, actor, 'remove', `feed ${feed.id}`, { url: feed.url });
  return feed;
}
