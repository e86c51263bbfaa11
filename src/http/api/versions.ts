import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { sql } from 'kysely';
import { showEdition } from '../../actions/show-editions.ts';
import { ArticleNotFound } from '../../articles/errors.ts';
import { articleOf, getArticle } from '../../articles/list.ts';
import { lockArticles } from '../../articles/lock.ts';
import type { Context } from '../../context.ts';
import type { DbOrTransaction } from '../../database/connection.ts';
import { getFeed } from '../../feeds/feeds.ts';
import { getNewsletter } from '../../newsletters/newsletters.ts';
import { getNewsroom } from '../../newsletters/newsroom.ts';
import { getSendingRules } from '../../newsletters/sending-rules.ts';
import { getOperator } from '../../operators/accounts.ts';
import type { Scope } from '../../operators/scope.ts';
import { twoFactorRequired } from '../../operators/two-factor.ts';
import { getSignUpSettings } from '../../subscribers/sign-up-settings.ts';
import { getSubscriber } from '../../subscribers/subscribers.ts';
import { getWebhook } from '../../webhooks/webhooks.ts';
import { Problem } from '../middleware/problem.ts';

/** A resource that can be changed, and what its ETag stands for. */
export interface Version {
  /** Its row, which is locked while the versions are compared. */
  table: string;
  key: string;
  /** The parameter of the path that names it, or the name itself. */
  param?: 'id' | 'slug' | 'externalId';
  name?: string;
  /** What its changes lock before any row. */
  lock?(tx: DbOrTransaction): Promise<void>;
  /** As the API shows it; null: it is not there, and the change would make it. */
  read(db: DbOrTransaction, name: string, context: Context, scope: Scope): Promise<unknown>;
  /** Fields that change by themselves: a client's edit is not out of date because of them. */
  volatile: readonly string[];
}

const byIdOf = (table: string, read: Version['read'], volatile: string[] = []): Version => ({
  table,
  key: 'id',
  param: 'id',
  read,
  volatile,
});
const setting = (name: string, read: Version['read']): Version => ({
  table: 'settings',
  key: 'key',
  name,
  read,
  volatile: [],
});

export const versions = {
  newsroom: setting('newsroom', (db) => getNewsroom(db)),
  signUp: setting('signUp', (db) => getSignUpSettings(db)),
  sendingRules: setting('sendingRules', (db) => getSendingRules(db)),
  twoFactor: setting('requireTwoFactor', async (db) => ({ required: await twoFactorRequired(db) })),
  newsletter: {
    table: 'newsletters',
    key: 'slug',
    param: 'slug',
    read: (db, slug) => getNewsletter(db, slug),
    volatile: [],
  },
  feed: byIdOf('feeds', getFeed, [
    'title',
    'lastFetchedAt',
    'nextFetchAt',
    'nextArticleAt',
    'lastCause',
    'lastError',
    'articles',
  ]),
  article: {
    ...byIdOf('articles', (db, id, _, scope) => getArticle(db, id, scope), ['updatedAt']),
    lock: lockArticles,
  },
  articleOfExternalId: {
    table: 'articles',
    key: 'externalId',
    param: 'externalId',
    lock: lockArticles,
    read: (db, name, _, scope) => articleOf(db, name, scope).catch(orNull),
    volatile: ['updatedAt'],
  },
  edition: byIdOf('editions', (db, id, { now }) => showEdition(db, id, now()), [
    'ledger',
    'messagesPerSecond',
    'audience',
    'reason',
    'heldBy',
    'startedAt',
    'plannedAt',
    'finishedAt',
  ]),
  subscriber: byIdOf('subscribers', (db, id, _, scope) => getSubscriber(db, id, scope)),
  webhook: byIdOf('webhooks', (db, id, _, scope) => getWebhook(db, id, scope), ['failingSince']),
  operator: byIdOf('operators', (db, id, _, scope) => getOperator(db, id, scope), ['lastSeenAt']),
} satisfies Record<string, Version>;

function orNull(error: unknown): null {
  if (error instanceof ArticleNotFound) return null;
  throw error;
}

/** The ETag of a resource as it was shown: another one means that what can be changed has changed. */
export function etagOf({ volatile }: Version, shown: unknown): string {
  const fields = Object.entries(JSON.parse(JSON.stringify(shown)) as object)
    .filter(([name]) => !volatile.includes(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `"${createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 22)}"`;
}

/**
 * Holds a change back (412) where If-Match names another version than the present one; until the transaction
 * ends nobody else changes it. Of an edition the number of its revision is a version too.
 */
export async function requireMatch(
  tx: DbOrTransaction,
  req: Request,
  { context, scope }: { context: Context; scope: Scope },
  version: Version,
): Promise<void> {
  const wanted = req.get('If-Match');
  if (wanted === undefined) return;
  const name = version.name ?? String(req.params[version.param ?? 'id']);
  await version.lock?.(tx);
  await sql`select from ${sql.table(version.table)}
    where ${sql.ref(version.key)} = ${name} for no key update`.execute(tx);
  const shown = await version.read(tx, name, context, scope);
  // what is not there is 404, which the change itself says
  if (shown === undefined || (shown !== null && wanted.trim() === '*')) return;
  const present = shown === null ? [] : [etagOf(version, shown), ...revisionOf(shown)];
  // a proxy that compresses marks it as weak
  const tags = wanted.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (tags.some((tag) => present.includes(tag))) return;
  throw new Problem(412, 'It has changed since: read it again, then change it.', {
    type: 'urn:gaceta:changed-since',
    headers: present[0] === undefined ? {} : { ETag: present[0] },
  });
}

const revisionOf = (shown: unknown): string[] =>
  typeof shown === 'object' && shown !== null && 'revision' in shown
    ? [`"${String(shown.revision)}"`, String(shown.revision)]
    : [];

/** Sends the ETag of what is answered. It names what can be changed, so it cannot spare a client the rest (304). */
export function sendVersion(req: Request, res: Response, version: Version, shown: unknown): void {
  delete req.headers['if-none-match'];
  res.set('ETag', etagOf(version, shown));
}
