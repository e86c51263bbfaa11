import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { ReceiverRates } from '../../../workers/deliver/receiver-rates.ts';
import { freezeEdition, makeReaders } from '../../deliveries/fixtures/edition.ts';
import { startWorkers } from '../../deliveries/fixtures/workers.ts';
import { eventually } from '../../harness/eventually.ts';

interface Receiver {
  /** Messages a second, from a bucket that holds so many, or counted by the whole second. */
  perSecond: number;
  bucket?: number;
  latencyMs: number;
}

/** Sends to a receiver with 20 places for `seconds`, on a clock of its own; when messages were taken, in ms. */
function simulate({ perSecond, bucket, latencyMs }: Receiver, seconds: number) {
  let now = 0;
  const rates = new ReceiverRates(() => now);
  const takes = bucket === undefined ? bySecond(perSecond) : byBucket(perSecond, bucket);
  let answers: { at: number; startedAt: number; taken: boolean }[] = [];
  const taken: number[] = [];
  let refused = 0;
  for (; now < seconds * 1_000; now += 5) {
    for (const answer of answers.filter(({ at }) => at <= now)) {
      if (answer.taken) {
        rates.took('google');
        taken.push(now);
      } else {
        rates.refused('google', answer.startedAt);
        refused += 1;
      }
    }
    answers = answers.filter(({ at }) => at > now);
    const count = Math.min(20 - answers.length, rates.allowance('google').count);
    rates.used('google', count);
    for (let message = 0; message < count; message += 1) {
      const yes = takes(now);
      // Refusals come at RCPT, before the answers to the dots.
      answers.push({ at: now + (yes ? latencyMs : latencyMs / 3), startedAt: now, taken: yes });
    }
  }
  return { taken, refused };
}

function byBucket(perSecond: number, bucket: number) {
  let [left, since] = [bucket, 0];
  return (now: number) => {
    left = Math.min(bucket, left + ((now - since) / 1_000) * perSecond);
    since = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

function bySecond(perSecond: number) {
  let [second, count] = [-1, 0];
  return (now: number) => {
    if (Math.floor(now / 1_000) !== second) [second, count] = [Math.floor(now / 1_000), 0];
    count += 1;
    return count <= perSecond;
  };
}

describe('a receiver’s rate', () => {
  test.each<Receiver>([
    { perSecond: 5, bucket: 5, latencyMs: 20 },
    { perSecond: 5, bucket: 1, latencyMs: 500 },
    { perSecond: 5, latencyMs: 20 },
    { perSecond: 5, latencyMs: 3_000 },
    { perSecond: 1, latencyMs: 200 },
    { perSecond: 20, latencyMs: 500 },
    { perSecond: 50, bucket: 50, latencyMs: 20 },
  ])('is found within 30 % after two minutes: %o', (receiver) => {
    const { taken, refused } = simulate(receiver, 300);
    const late = taken.filter((at) => at >= 120_000).length / 180;
    expect(late).toBeGreaterThanOrEqual(receiver.perSecond * 0.7);
    // What is refused has to wait, and annoys the receiver.
    expect(refused).toBeLessThan(150);
  });

  test('is unlimited until the receiver refuses, and for everybody else’s receivers always', () => {
    const rates = new ReceiverRates(() => 0);
    expect(rates.allowance('google').count).toBe(Number.POSITIVE_INFINITY);
    rates.refused('rest', 0);
    rates.refused('yahoo', 0);
    expect(rates.allowance('rest').count).toBe(Number.POSITIVE_INFINITY);
    expect(rates.allowance('google').count).toBe(Number.POSITIVE_INFINITY);
    expect(rates.allowance('yahoo').count).toBe(0);
  });

  test('is halved once for refusals that were under way together', () => {
    let now = 0;
    const rates = new ReceiverRates(() => now);
    for (let refusal = 0; refusal < 20; refusal += 1) rates.refused('google', 0);
    expect(rates.allowance('google').waitMs).toBe(1_000);
    now = 1_000;
    rates.used('google', rates.allowance('google').count);
    rates.refused('google', 500);
    expect(rates.allowance('google').waitMs).toBe(2_000);
  });

  test('of one that takes nothing is probed by single messages, at last once a minute', () => {
    let now = 0;
    const rates = new ReceiverRates(() => now);
    rates.refused('google', 0);
    for (let probe = 0; probe < 10; probe += 1) {
      now += rates.allowance('google').waitMs;
      expect(rates.allowance('google').count).toBe(1);
      rates.used('google', 1);
      now += 1;
      rates.refused('google', now);
    }
    expect(rates.allowance('google').waitMs).toBeGreaterThan(50_000);
    expect(rates.allowance('google').waitMs).toBeLessThanOrEqual(60_000);
    expect(rates.closedFor(15_000)).toEqual(['google']);
  });

  test('is forgotten when the receiver takes all it is given', () => {
    const { taken } = simulate({ perSecond: 1_000_000, latencyMs: 20 }, 5);
    expect(taken.length).toBeGreaterThan(4_000);
    let now = 0;
    const rates = new ReceiverRates(() => now);
    rates.refused('google', 0);
    for (; now < 200_000; now += 5) {
      const { count } = rates.allowance('google');
      if (count === Number.POSITIVE_INFINITY) break;
      rates.used('google', Math.min(20, count));
      for (let message = 0; message < Math.min(20, count); message += 1) rates.took('google');
    }
    expect(rates.allowance('google').count).toBe(Number.POSITIVE_INFINITY);
  });

  test('is not lowered by the refusal of a single mailbox among many', () => {
    let now = 0;
    const rates = new ReceiverRates(() => now);
    rates.refused('google', 0);
    for (; now < 60_000; now += 10) {
      const { count } = rates.allowance('google');
      for (let message = 0; message < count; message += 1) rates.took('google');
      rates.used('google', count);
    }
    const before = rates.allowance('google');
    rates.refused('google', now);
    expect(rates.allowance('google')).toEqual(before);
  });
});

test('a receiver that limits us gets single messages, and the other readers all of theirs', async () => {
  const takes = byBucket(20, 20);
  await using workers = await startWorkers(1, {
    sink: {
      react: (step, line) =>
        step === 'rcpt' && line.includes('@gmail.com') && !takes(performance.now())
          ? { reply: '450 4.7.28 too many from this sender' }
          : undefined,
    },
  });
  const { context, sink } = workers;
  const { db } = context;
  const newsletter = await makeReaders(db, 1_200);
  await sql`
    update subscribers set email = replace(email, 'news.test', 'gmail.com'), receiver_group = 'google'
    where id % 2 = 0`.execute(db);
  const edition = await freezeEdition(db, newsletter);
  await workers.plan(edition, ['google']);
  const to = (domain: string) => sink.accepted.filter((message) => message.to.endsWith(domain));
  await eventually(() => expect(to('news.test')).toHaveLength(600));
  await eventually(() => expect(to('gmail.com').length).toBeGreaterThan(150));
  const { rows } = await sql<{ refused: string }>`
    select count(*) as refused from delivery_events where code = 450`.execute(db);
  // A first claim of several, then single ones that find the limit again and again.
  expect(Number(rows[0]?.refused)).toBeLessThan(120);
});
