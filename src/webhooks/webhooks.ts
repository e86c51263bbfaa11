import { randomBytes } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { reaches, type Scope } from '../database/scope.ts';
import type { Sealing } from '../database/sealing.ts';
import type { Database } from '../database/tables.ts';
import { readId } from '../text/id.ts';
import { lineSchema } from '../text/one-line.ts';
import { WebhookNotFound } from './errors.ts';

/** What a webhook can be told of. */
export const webhookEvents = [
  /** Somebody asked for a newsletter, and has not confirmed yet. */
  'subscribed',
  /** A subscription became active. */
  'confirmed',
  /** A reader chose otherwise, or has another name, language, time zone or address. */
  'changed',
  'unsubscribed',
  /** An address is no longer written to: mail to it came back, or a relay said that it is gone. */
  'bounced',
  /** The same, because its reader reported a message as spam. */
  'complained',
  'edition.sending',
  'edition.sent',
  'edition.paused',
  /** Something needs a person, or no longer does. */
  'attention',
] as const;

const url = z
  .string()
  .trim()
  .max(2000)
  .refine((address) => URL.canParse(address) && /^https?:$/.test(new URL(address).protocol), {
    message: 'must be a web address that starts with https:// or http://',
  })
  .refine((address) => !URL.canParse(address) || new URL(address).username === '', {
    message: 'must hold no name and password: a webhook is known by its signature',
  });

/** What a webhook is made of, beside its newsletters. */
export const newWebhook = z.strictObject({
  url,
  description: lineSchema(200).optional(),
  events: z
    .array(z.enum(webhookEvents))
    .min(1)
    .transform((events) => [...new Set(events)]),
});
export const webhookChanges = newWebhook.partial().extend({ active: z.boolean().optional() });

/** A webhook as the API shows it. `secret` is there once: in the answer that made it. */
export interface Webhook {
  id: string;
  url: string;
  description: string;
  events: string[];
  /** Slugs; null: the whole newsroom. */
  newsletters: string[] | null;
  active: boolean;
  /** Who switched it off: `failing`, it failed for a day; `gone`, it answered 410. */
  disabledBy: Selectable<Database['webhooks']>['disabledBy'];
  disabledAt: Date | null;
  /** Since when every attempt has failed. */
  failingSince: Date | null;
  createdAt: Date;
  secret?: string;
}

/** How long the secret of before is signed with, too. */
const CHANGE_OVER = sql<Date>`now() + interval '24 hours'`;

/** What binds a sealed secret to its webhook. */
export const sealedFor = (id: string) => `webhook ${id}`;

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

const columns = [
  'id',
  'url',
  'description',
  'events',
  'failingSince',
  'disabledAt',
  'disabledBy',
  'createdAt',
] as const;
const shown = [
  ...columns,
  sql<boolean>`disabled_at is null`.as('active'),
  sql<string[] | null>`case when webhooks.bound_to is not null then array(
    select n.slug from newsletters n where n.id = any(webhooks.bound_to) order by n.id) end`.as(
    'newsletters',
  ),
];

/** Makes a webhook, and its secret; in a transaction, since it is sealed for an id that has to be known first. */
export async function addWebhook(
  tx: DbOrTransaction,
  sealing: Sealing,
  input: z.output<typeof newWebhook>,
  boundTo: Scope,
): Promise<Webhook & { secret: string }> {
  const made = await tx
    .insertInto('webhooks')
    .values({ ...input, secret: Buffer.alloc(0), boundTo: boundTo && [...boundTo] })
    .returning(shown)
    .executeTakeFirstOrThrow();
  const secret = newSecret();
  await tx
    .updateTable('webhooks')
    .set({ secret: sealing.seal(secret, sealedFor(made.id)) })
    .where('id', '=', made.id)
    .execute();
  return { ...made, secret };
}

/** Those that tell of nothing outside of the scope, in the order they were made. */
export function listWebhooks(db: DbOrTransaction, scope: Scope): Promise<Webhook[]> {
  return db
    .selectFrom('webhooks')
    .select(shown)
    .where(reaches(scope, 'webhooks.boundTo'))
    .orderBy('id')
    .execute();
}

/** One of them. Throws WebhookNotFound. */
export async function getWebhook(db: DbOrTransaction, id: string, scope: Scope): Promise<Webhook> {
  const found = await db
    .selectFrom('webhooks')
    .select(shown)
    .where('id', '=', readId(id) ?? '0')
    .where(reaches(scope, 'webhooks.boundTo'))
    .executeTakeFirst();
  if (!found) throw new WebhookNotFound(id);
  return found;
}

/** Changes a webhook; switched on again, it is told what waits. Throws WebhookNotFound. */
export async function updateWebhook(
  tx: DbOrTransaction,
  id: string,
  { active, ...changes }: z.output<typeof webhookChanges> & { boundTo?: Scope },
  scope: Scope,
): Promise<Webhook> {
  await getWebhook(tx, id, scope);
  const { boundTo, ...columns } = changes;
  await tx
    .updateTable('webhooks')
    .set({
      ...columns,
      ...(boundTo === undefined ? {} : { boundTo: boundTo && [...boundTo] }),
      ...(active === true ? { disabledAt: null, disabledBy: null, failingSince: null } : {}),
      ...(active === false
        ? {
            disabledAt: sql<Date>`coalesce(disabled_at, now())`,
            disabledBy: sql<'operator'>`coalesce(disabled_by, 'operator')`,
          }
        : {}),
    })
    .where('id', '=', id)
    .execute();
  return getWebhook(tx, id, scope);
}

/** Removes a webhook, with what waits for it and its log. Throws WebhookNotFound. */
export async function removeWebhook(
  tx: DbOrTransaction,
  id: string,
  scope: Scope,
): Promise<Webhook> {
  const webhook = await getWebhook(tx, id, scope);
  await tx.deleteFrom('webhooks').where('id', '=', id).execute();
  return webhook;
}

/** Gives a webhook another secret; the old one is signed with for a day, too. Throws WebhookNotFound. */
export async function rotateSecret(
  tx: DbOrTransaction,
  sealing: Sealing,
  id: string,
  scope: Scope,
): Promise<Webhook & { secret: string }> {
  await getWebhook(tx, id, scope);
  const secret = newSecret();
  await tx
    .updateTable('webhooks')
    .set((eb) => ({
      secret: sealing.seal(secret, sealedFor(id)),
      previousSecret: eb.ref('secret'),
      previousUntil: CHANGE_OVER,
    }))
    .where('id', '=', id)
    .execute();
  return { ...(await getWebhook(tx, id, scope)), secret };
}
