import { expect, test } from 'vitest';
import { Congestion } from '../../src/relays/congestion.ts';
import type { Relay } from '../../src/relays/relay.ts';
import { eventually } from '../harness/eventually.ts';
import { sinkAndRelay } from './open.ts';
import { outgoing } from './outgoing.ts';
import type { Reaction, Sink, Step } from './sink.ts';

const CONNECTIONS = 10;
const STARTED = { connections: CONNECTIONS };
const PATIENT = { timeouts: { start: 30_000 } };

/** Keeps so many under way, as the pump does: five are answered, then five more are handed over. */
async function sendInBatches(relay: Relay, count: number): Promise<void> {
  let handed = 0;
  let answered = 0;
  await new Promise<void>((resolve) => {
    const hand = (batch: number) => {
      for (let at = 0; at < batch && handed < count; at += 1) {
        handed += 1;
        void relay.send(outgoing(`reader-${handed}@r.test`)).then(() => {
          answered += 1;
          if (answered === count) resolve();
          else if (answered % 5 === 0) hand(5);
        });
      }
    };
    hand(2 * CONNECTIONS);
  });
}

/** A relay that works on one message at a time, whatever the connection, 2 ms on each. */
function oneAtATime(): (step: Step) => Reaction {
  let work: Promise<unknown> = Promise.resolve();
  return (step) => {
    if (step !== 'dot') return undefined;
    work = work.then(() => new Promise((done) => setTimeout(done, 2)));
    return { after: work };
  };
}

const envelopes = ({ chunks }: Sink) => ({
  alone: chunks.filter((chunk) => chunk.startsWith('MAIL')).length,
  withDot: chunks.filter((chunk) => chunk.includes('\r\n.\r\nMAIL')).length,
});

test('envelopes travel with dots to a relay that has enough before it', async () => {
  // On a busy machine many are kept too long and go alone after all, so it is tried until a quick moment.
  await eventually(async () => {
    await using both = await sinkAndRelay({ react: oneAtATime() }, STARTED, PATIENT);
    const { sink, relay } = both;
    await sendInBatches(relay, 400);
    const { alone, withDot } = envelopes(sink);
    expect([sink.accepted.length, alone + withDot]).toEqual([400, 400]);
    expect(withDot).toBeGreaterThan(alone);
  });
});

test('when a crowded relay falls silent, what was kept for its dots is sent without them', async () => {
  const crowded = oneAtATime();
  let silent = false;
  const react = (step: Step): Reaction =>
    silent && step === 'dot' ? { silence: true } : crowded(step);
  await using both = await sinkAndRelay({ react }, STARTED, PATIENT);
  const { sink, relay } = both;
  await sendInBatches(relay, 400);
  silent = true;
  const send = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => {
      void relay.send(outgoing(`${name}-${at}@r.test`));
      return `<${name}-${at}@r.test>`;
    });
  send('taken', 4);
  await eventually(() => expect(sink.received).toHaveLength(404));
  const kept = send('kept', 3);
  const named = () => kept.filter((to) => sink.chunks.some((chunk) => chunk.includes(to)));
  await eventually(() => expect(named()).toEqual(kept));
});

test('crowded is a relay whose answers take twice as long as they could', () => {
  const queued = { connections: 10, atRelay: 6, waitsSince: performance.now() };
  const crowd = new Congestion();
  expect(crowd.keeps(queued)).toBe(0);
  for (let at = 0; at < 100; at += 1) crowd.note(50);
  expect(crowd.keeps(queued)).toBe(0);
  for (let at = 0; at < 100; at += 1) crowd.note(120);
  expect(crowd.keeps(queued)).toBe(5);
  expect(crowd.keeps({ ...queued, atRelay: 3 })).toBe(0);
  expect(crowd.keeps({ ...queued, waitsSince: performance.now() - 1_000 })).toBe(0);
});
