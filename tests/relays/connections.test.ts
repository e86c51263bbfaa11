import { expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { sinkAndRelay } from './open.ts';
import { outgoing } from './outgoing.ts';
import type { Reaction, Step } from './sink.ts';

const SECOND = { rest: 60_000, longestRest: 60_000 };

/** Says `reply` at a step of each connection's fourth message. */
function afterThree(at: Step, reply: string, drop: boolean) {
  const messages = new Map<number, number>();
  return (step: Step, _line: string, connection: number): Reaction => {
    if (step === 'mail') messages.set(connection, (messages.get(connection) ?? 0) + 1);
    if (step !== at || (messages.get(connection) ?? 0) <= 3) return undefined;
    return drop ? { reply, drop: true } : { reply };
  };
}

test.each([
  ['mail', '421 4.7.0 three messages are enough', true],
  ['rcpt', '421 4.7.0 three messages are enough', true],
  ['mail', '452 4.5.3 too many messages on this connection', false],
  ['rcpt', '452 4.5.3 too many recipients', false],
  ['rcpt', '452 too many messages in this session', false],
] as const)('%s %s replaces that connection, and rests nothing', async (at, reply, drop) => {
  // a rest would last for a minute
  await using both = await sinkAndRelay(
    { react: afterThree(at, reply, drop) },
    {},
    { timeouts: SECOND },
  );
  const { relay, sink } = both;
  for (let message = 0; message < 20; ) {
    const answer = await relay.send(outgoing(`reader-${message}@r.test`));
    if (answer.kind === 'sent') message += 1;
    else expect(answer).toMatchObject({ kind: 'refused', at });
    expect(relay.state().up).toBe(true);
  }
  expect(sink.accepted).toHaveLength(20);
  expect(sink.connections).toBe(7);
});

test('a relay that has had enough of a new connection rests', async () => {
  await using both = await sinkAndRelay(
    { react: (step) => (step === 'rcpt' ? { reply: '452 4.5.3 too many recipients' } : undefined) },
    {},
    { timeouts: SECOND },
  );
  await both.relay.send(outgoing('a@r.test'));
  expect(both.relay.state().up).toBe(false);
});

test('beside a connection that gets no greeting another one is tried', async () => {
  await using both = await sinkAndRelay(
    {
      react: (step, _line, connection) =>
        step === 'greeting' && connection === 1 ? { silence: true } : undefined,
    },
    {},
    { timeouts: { greeting: 60_000, another: 200, start: 50 } },
  );
  const { relay, sink } = both;
  await eventually(async () => {
    expect((await relay.send(outgoing('a@r.test'))).kind).toBe('sent');
  });
  expect(sink.connections).toBe(2);
});

test('a relay that was silent for long is tried within the longest rest, from the start of the attempt', async () => {
  let silent = true;
  const greetings: number[] = [];
  await using both = await sinkAndRelay(
    {
      react: (step) => {
        if (step !== 'greeting') return undefined;
        greetings.push(performance.now());
        return silent ? { silence: true } : undefined;
      },
    },
    {},
    { timeouts: { greeting: 400, another: 10_000, start: 50, rest: 20, longestRest: 500 } },
  );
  const { relay } = both;
  const send = () => relay.send(outgoing('a@r.test'));
  await eventually(async () => {
    await send();
    expect(greetings.length).toBeGreaterThan(5);
  });
  silent = false;
  await eventually(async () => expect((await send()).kind).toBe('sent'));
});

/** Offers PIPELINING and discards whatever lies in its buffer once it has read a command. */
function discarding(alsoAfterDot: boolean) {
  let together = false;
  return {
    spoil(step: Step, chunk: string): Reaction {
      together = chunk.split('\r\n').filter((line) => /^(?:MAIL|RCPT|DATA)/.test(line)).length > 1;
      return together && (step === 'rcpt' || (alsoAfterDot && step === 'mail'))
        ? { silence: true }
        : undefined;
    },
  };
}

test('PIPELINING that is offered and does not work is used no more after its first loss', async () => {
  const { spoil } = discarding(false);
  await using both = await sinkAndRelay(
    { react: (step) => spoil(step, both.sink.chunks.at(-1) ?? '') },
    {},
    { timeouts: { pipelined: 200, rest: 20, longestRest: 50 } },
  );
  const { relay, sink } = both;
  expect(await relay.send(outgoing('a@r.test'))).toMatchObject({ kind: 'lost', at: 'rcpt' });
  for (let message = 0; message < 5; ) {
    const { kind } = await relay.send(outgoing(`b-${message}@r.test`));
    if (kind === 'sent') message += 1;
    else expect(kind).toBe('withdrawn');
  }
  expect(sink.accepted).toHaveLength(5);
  expect(sink.connections).toBe(2);
});

test('with pipelining off nothing is sent together', async () => {
  await using both = await sinkAndRelay({}, { pipelining: false });
  const { relay, sink } = both;
  expect((await relay.send(outgoing('a@r.test'))).kind).toBe('sent');
  expect(sink.chunks.some((chunk) => chunk.includes('MAIL') && chunk.includes('RCPT'))).toBe(false);
});
