import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { dotStuff } from '../../emails/message/dot-stuffing.ts';
import { relayTestMessage } from '../../emails/relay-test.ts';
import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import {
  type Answers,
  noAnswers,
  type RecentAnswers,
  recentAnswers,
} from '../deliveries/answer-counts.ts';
import { type RelayHealth, relayHealth } from '../deliveries/relay-activity.ts';
import { withPlans } from '../deliveries/relay-plans.ts';
import { type HandedOver, handOver } from '../doctor/hand-over.ts';
import { dayOfWarmUp } from '../doctor/warm-up-day.ts';
import { openSigning } from '../identity/signing.ts';
import { noticeInWords, noticesInWords } from '../locales/notices.ts';
import { readAddress } from '../mail/address.ts';
import { readMailbox } from '../mail/mailbox.ts';
import { domainOf } from '../mail/message-id.ts';
import { getNewsroom } from '../newsletters/newsroom.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { signMessage } from '../relays/dkim/sign-message.ts';
import { warmUpDays, warmUpText } from '../relays/pace/warm-up.ts';
import { requireNotSuppressed } from '../subscribers/suppression.ts';
import { noteRelayTest } from './first-steps.ts';
import { TooManyTests } from './test-send.ts';

const TESTS_AN_HOUR = 30;
const PLAN_DAYS = 14;

/** What became of a test message, and what to do about it, in words. */
export type RelayTest = Omit<HandedOver, 'fix'> & { fix: string | null };

/** No relay has this name. */
export class RelayNotFound extends Error {
  override name = 'RelayNotFound';
}

/** A relay as SMTP_URL has it, and what it has answered lately. */
export interface ShownRelay {
  name: string;
  host: string;
  port: number;
  /** `implicit`: from the first byte; `offered`: where the relay offers it. */
  tls: 'implicit' | 'required' | 'offered' | 'off';
  authenticated: boolean;
  connections: number;
  /** Messages a second over all workers; null: no limit. */
  rate: number | null;
  weight: number;
  /** The ceiling of its day while it is being warmed up; null: it is not. */
  warmUp: {
    ceiling: number;
    sentToday: number;
    /** `START:FIRST:GROWTH`. */
    plan: string;
    /** Its ceilings from today on. */
    days: { day: string; ceiling: number }[];
  } | null;
  /** How it does while something is sent through it; null: nothing is. */
  now: Pick<RelayHealth, 'state' | 'words' | 'perSecond' | 'connections' | 'restingUntil'> | null;
  lastDay: Answers;
  /** In the hour that runs and the one before. */
  lately: Answers;
  /** What it said last that was no 250. */
  lastWords: { text: string; at: Date } | null;
}

/** The relays in the order of SMTP_URL, from what the database knows: the same in every process. Words are of `language`. */
export async function listRelays(
  { db, relays, now }: Pick<Context, 'db' | 'relays' | 'now'>,
  language = 'en',
): Promise<ShownRelay[]> {
  const [answers, health, planned] = await Promise.all([
    recentAnswers(db, 'relay'),
    relayHealth(db),
    withPlans(db, relays),
  ]);
  const today = now().toISOString().slice(0, 10);
  return planned.map((relay) => {
    const recent = answers.get(relay.name) ?? noAnswers();
    return {
      name: relay.name,
      host: relay.host,
      port: relay.port,
      tls: tlsOf(relay),
      authenticated: relay.auth !== undefined,
      connections: relay.connections,
      rate: relay.rate ?? null,
      weight: relay.weight,
      warmUp: warmUpOf(relay, recent, today),
      now: nowOf(health.get(relay.name), language),
      lastDay: recent.day,
      lately: recent.lately,
      lastWords: recent.words,
    };
  });
}

function nowOf(health: RelayHealth | undefined, language: string): ShownRelay['now'] {
  if (!health) return null;
  const { relay: _, words, ...now } = health;
  return { ...now, words: words === null ? null : noticesInWords(words, language) };
}

type Relay = Context['relays'][number];

function tlsOf({ secure, requireTls, tlsOff }: Relay): ShownRelay['tls'] {
  if (secure) return 'implicit';
  if (tlsOff) return 'off';
  return requireTls ? 'required' : 'offered';
}

function warmUpOf(relay: Relay, { sentToday }: RecentAnswers, today: string) {
  const ceiling = dayOfWarmUp(relay, today);
  if (ceiling === null || !relay.warmUp) return null;
  const days = warmUpDays(relay.warmUp, today, PLAN_DAYS);
  return { ceiling, sentToday, plan: warmUpText(relay.warmUp), days };
}

/**
 * Sends one message through one relay, at once and from this process, and answers with what the relay said. At most
 * thirty an hour. Message and `fix` are of `language`. Throws RelayNotFound, InvalidAddress, AddressSuppressed,
 * TooManyTests.
 */
export async function testRelay(
  context: Context,
  actor: Actor,
  name: string,
  { email, language }: { email: string; language: string },
): Promise<RelayTest> {
  const { config, db, log, origin, relays, secrets, now } = context;
  const relay = relays.find((one) => one.name === name);
  if (!relay) throw new RelayNotFound(`There is no relay “${name}”.`);
  const address = readAddress(email);
  await requireNotSuppressed(db, context.hashAddress(address.key));
  await db.transaction().execute((tx) => takeTest(tx, actor, name));
  const from = readMailbox(config.mailFrom);
  const { name: newsroom } = await getNewsroom(db);
  const { message, utf8 } = await relayTestMessage({
    relay: name,
    newsroom,
    language,
    from,
    to: address.email,
    messageId: `relay-test-${randomUUID()}.${origin.installation}@${origin.domain}`,
    date: now(),
  });
  const envelope = { from: from.address, to: address.mailbox, utf8 };
  const signing = await openSigning({ db, secrets, dkim: config.dkim });
  const signed = await signMessage(signing.signer(domainOf(from.address)), message);
  const said = await handOver(relay, { ...envelope, message: signed, body: dotStuff(signed) }, log);
  await noteRelayTest(db, name, address.email, said, now());
  return { ...said, fix: said.fix && noticeInWords(said.fix, language) };
}

/** Writes the test down, unless there were enough. */
async function takeTest(tx: DbOrTransaction, actor: Actor, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('gaceta-relay-test'))`.execute(tx);
  const { sent } = await tx
    .selectFrom('audit')
    .select(sql<number>`count(*)::int`.as('sent'))
    .where('action', '=', 'test')
    .where('object', 'like', 'relay %')
    .where('at', '>', sql<Date>`now() - interval '1 hour'`)
    .executeTakeFirstOrThrow();
  if (sent >= TESTS_AN_HOUR)
    throw new TooManyTests(`${TESTS_AN_HOUR} tests were sent within the last hour: wait a little.`);
  await audit(tx, actor, 'test', `relay ${name}`);
}
