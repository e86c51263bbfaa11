import { z } from 'zod';
import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { noAnswers, type RecentAnswers, recentAnswers } from '../deliveries/answer-counts.ts';
import { type ReceiverLimit, receiverLimits } from '../deliveries/receiver-limits.ts';
import { putReceiverPace, type ReceiverPace, receiverPaces } from '../deliveries/receiver-pace.ts';
import { putPlan } from '../deliveries/relay-plans.ts';
import { receiverGroups } from '../mail/receiver-groups.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { parseWarmUp } from '../relays/pace/warm-up.ts';
import { RelayNotFound } from './relays.ts';

/** There is no such group of receivers. */
export class ReceiverNotFound extends Error {
  override name = 'ReceiverNotFound';
}

/** It is no plan of a warm-up. */
export class InvalidPlan extends Error {
  override name = 'InvalidPlan';
}

/** What may be set for a group of receivers. */
export const receiverPaceChange = z.strictObject({
  relay: z.string().max(255).default('').meta({ description: 'Empty: over all relays' }),
  perSecond: z
    .number()
    .min(1 / 60)
    .max(10_000)
    .nullable()
    .default(null)
    .meta({ description: 'Messages a second over all workers; null: no limit of your own' }),
  connections: z.int().min(1).max(1_000).nullable().default(null).meta({
    description: 'Messages under way at once, in each worker; null: no limit of your own',
  }),
});
export type ReceiverPaceChange = z.output<typeof receiverPaceChange>;

/** A group of receivers: what it answered of late, what it is held back to, and what operators set. */
export interface ShownReceiver {
  group: string;
  /** Messages a second of RECEIVER_RATES, where nothing is set in its place; null: none. */
  configured: number | null;
  set: Omit<ReceiverPace, 'receiverGroup'>[];
  /** What is found by its answers now; null: it takes what comes. */
  limit: Pick<ReceiverLimit, 'perSecond' | 'heldUntil'> | null;
  lastDay: RecentAnswers['day'];
}

/** All groups, as they are listed everywhere. */
export async function listReceivers({
  db,
  config,
}: Pick<Context, 'db' | 'config'>): Promise<ShownReceiver[]> {
  const [paces, limits, answers] = await Promise.all([
    receiverPaces(db),
    receiverLimits(db),
    recentAnswers(db, 'receiverGroup'),
  ]);
  return receiverGroups.map((group) => {
    const limit = limits.get(group);
    return {
      group,
      configured: config.receiverRates[group] ?? null,
      set: paces
        .filter(({ receiverGroup }) => receiverGroup === group)
        .map(({ relay, perSecond, connections }) => ({ relay, perSecond, connections })),
      limit: limit ? { perSecond: limit.perSecond, heldUntil: limit.heldUntil } : null,
      lastDay: (answers.get(group) ?? noAnswers()).day,
    };
  });
}

/**
 * Sets how fast and how many at once a group of receivers is sent to, through one relay or all; with neither it is taken
 * away. It holds in running workers within seconds. Throws ReceiverNotFound, RelayNotFound.
 */
export async function setReceiverPace(
  tx: DbOrTransaction,
  actor: Actor,
  { relays }: Pick<Context, 'relays'>,
  group: string,
  { relay, perSecond, connections }: ReceiverPaceChange,
): Promise<void> {
  // readers of no known group are many receivers: a limit for all of them together would help none
  if (!receiverGroups.includes(group) || group === 'rest')
    throw new ReceiverNotFound(`There is no group of receivers “${group.slice(0, 60)}”.`);
  if (relay !== '') requireRelay(relays, relay);
  await putReceiverPace(tx, { relay, receiverGroup: group, perSecond, connections });
  const detail = { ...(relay && { relay }), perSecond, connections };
  await audit(tx, actor, 'change', `receiver ${group}`, detail);
}

/**
 * Sets the warm-up of a relay (`START:FIRST:GROWTH`), in place of what SMTP_URL says; null: none; undefined: as SMTP_URL says
 * again. Throws RelayNotFound, InvalidPlan.
 */
export async function setWarmUp(
  tx: DbOrTransaction,
  actor: Actor,
  { relays }: Pick<Context, 'relays'>,
  relay: string,
  plan: string | null | undefined,
): Promise<void> {
  requireRelay(relays, relay);
  if (typeof plan === 'string' && !parseWarmUp(plan))
    throw new InvalidPlan(
      'A plan is the first day, its messages and the growth a day: 2026-11-24:500:1.5',
    );
  await putPlan(tx, relay, plan?.trim() ?? plan);
  await audit(tx, actor, 'change', `relay ${relay}`, {
    warmUp: plan === undefined ? 'SMTP_URL' : plan,
  });
}

function requireRelay(relays: Context['relays'], name: string): void {
  if (!relays.some((relay) => relay.name === name))
    throw new RelayNotFound(`There is no relay “${name.slice(0, 60)}”.`);
}
