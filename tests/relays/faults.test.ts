import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { RelayState } from '../../src/relays/health.ts';
import type { Answer } from '../../src/relays/smtp/outgoing.ts';
import { eventually } from '../harness/eventually.ts';
import { sinkAndRelay } from './open.ts';
import { outgoing } from './outgoing.ts';
import type { Reaction, Step } from './sink.ts';

/** Does `reaction` the first time `step` is reached (by a line with `who`, where given). */
function once(step: Step, reaction: Reaction, who = '') {
  let done = false;
  return (at: Step, line: string): Reaction => {
    if (done || at !== step || !line.includes(who)) return undefined;
    done = true;
    return reaction;
  };
}

const QUICK = { timeouts: { rest: 20, longestRest: 100 } };

/** What one message meets; the wait for what is queued behind it is left to each test. */
async function meet(step: Step, reaction: Reaction, capabilities?: string[]) {
  const states: RelayState[] = [];
  await using both = await sinkAndRelay(
    { react: once(step, reaction), ...(capabilities && { capabilities }) },
    {},
    { ...QUICK, onState: (each) => states.push(each) },
  );
  const { sink, relay } = both;
  const answer = await relay.send(outgoing('a@r.test'));
  // its rest may be over by now
  const state = states.find(({ up }) => !up) ?? relay.state();
  await eventually(() => expect(relay.free).toBe(2));
  const next = await relay.send(outgoing('b@r.test'));
  return { answer, state, next, sink };
}

const SERVER_KINDS = [undefined, ['SIZE']];

test.each(
  SERVER_KINDS.flatMap((capabilities) =>
    (['mail', 'rcpt', 'data', 'dot'] as const).flatMap((step) =>
      ([450, 550] as const).map((code) => ({ capabilities, step, code })),
    ),
  ),
)(
  '$code at $step is told as such, and the connection goes on (EHLO $capabilities)',
  async (given) => {
    const { capabilities, step, code } = given;
    const reply = `${code} 5.1.1 not\n5.1.1 today`;
    const { answer, next, sink, state } = await meet(step, { reply }, capabilities);
    expect(answer).toEqual({
      kind: 'refused',
      relay: 'sink',
      at: step,
      code,
      enhanced: '5.1.1',
      reply: `${code} 5.1.1 not today`,
    });
    expect(next.kind).toBe('sent');
    expect(sink.connections).toBe(1);
    expect(sink.accepted.map((message) => message.to)).toEqual(['b@r.test']);
    expect(state.up).toBe(!(step === 'mail' && code === 450));
  },
);

test.each(
  SERVER_KINDS.flatMap((capabilities) =>
    (['mail', 'rcpt', 'data', 'dot'] as const).map((step) => ({ capabilities, step })),
  ),
)('421 at $step closes the connection and the relay rests (EHLO $capabilities)', async (given) => {
  const { answer, state, next, sink } = await meet(
    given.step,
    { reply: '421 4.3.2 closing', drop: true },
    given.capabilities,
  );
  expect(answer).toMatchObject({ kind: 'refused', at: given.step, code: 421, enhanced: '4.3.2' });
  expect(state.up).toBe(false);
  expect(state.lastError).toEqual({ at: given.step, code: 421, reply: '421 4.3.2 closing' });
  expect(next.kind).toBe('sent');
  expect(sink.connections).toBe(2);
});

test.each(
  SERVER_KINDS.flatMap((capabilities) =>
    (['mail', 'rcpt', 'data', 'dot'] as const).map((step) => ({ capabilities, step })),
  ),
)('a connection lost at $step is known to be lost there (EHLO $capabilities)', async (given) => {
  const { answer, next } = await meet(given.step, { drop: true }, given.capabilities);
  expect(answer).toMatchObject({ kind: 'lost', relay: 'sink', at: given.step });
  expect(next.kind).toBe('sent');
});

test.each(['mail', 'rcpt', 'data', 'dot'] as const)(
  'no answer to %s in time is lost there',
  async (step) => {
    await using both = await sinkAndRelay(
      { react: once(step, { silence: true }) },
      {},
      { timeouts: { command: 60, data: 60, dot: 60, rest: 20 } },
    );
    const answer = await both.relay.send(outgoing('a@r.test'));
    expect(answer).toEqual({
      kind: 'lost',
      relay: 'sink',
      at: step,
      error: 'the relay did not answer in time',
    });
  },
);

test.each([
  {
    reaction: { reply: '421 4.7.0 too many connections', drop: true },
    answer: { kind: 'refused', at: 'greeting', code: 421 },
  },
  {
    reaction: { reply: '554 5.7.1 not you' },
    answer: { kind: 'refused', at: 'greeting', code: 554 },
  },
  { reaction: { drop: true }, answer: { kind: 'lost', at: 'greeting' } },
] satisfies { reaction: Reaction; answer: Partial<Answer> }[])(
  'at the greeting: %o',
  async ({ reaction, answer }) => {
    const met = await meet('greeting', reaction);
    expect(met.answer).toMatchObject(answer);
    expect(met.state.up).toBe(false);
    expect(met.next.kind).toBe('sent');
  },
);

test('a relay that cannot be reached is lost at connect, rests longer each time, and says why', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await using both = await sinkAndRelay(
    {},
    { port },
    { timeouts: { rest: 200, longestRest: 500 } },
  );
  const { relay } = both;
  const rests: number[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const answer = await relay.send(outgoing('a@r.test'));
    expect(answer).toMatchObject({
      kind: 'lost',
      at: 'connect',
      error: expect.stringContaining('ECONNREFUSED'),
    });
    const { up, restingUntil, lastError } = relay.state();
    expect([up, lastError?.at]).toEqual([false, 'connect']);
    rests.push((restingUntil?.getTime() ?? 0) - Date.now());
    expect(relay.free).toBe(0);
    expect(await relay.send(outgoing('b@r.test'))).toMatchObject({ kind: 'lost', at: 'connect' });
    await eventually(() => expect(relay.free).toBe(2));
  }
  expect(rests[1]).toBeGreaterThan((rests[0] ?? 0) * 1.3);
  expect(rests[2]).toBeLessThanOrEqual(501);
});

test('an envelope that was pipelined behind a dot is never uncertain', async () => {
  let cut = () => {};
  const cutting = new Promise<void>((resolve) => {
    cut = resolve;
  });
  await using both = await sinkAndRelay({
    react: (step, line) => {
      if (step === 'dot' && line === 'a@r.test') return { after: cutting, drop: true, reply: '' };
      return undefined;
    },
  });
  const { sink, relay } = both;
  const answers = Promise.all([relay.send(outgoing('a@r.test')), relay.send(outgoing('b@r.test'))]);
  await eventually(() => expect(sink.chunks.at(-1)).toContain('RCPT TO:<b@r.test>'));
  cut();
  for (const socket of sink.open) socket.destroy();
  expect(await answers).toMatchObject([
    { kind: 'lost', at: 'dot' },
    { kind: 'lost', at: 'mail' },
  ]);
});

test('354 after a refused recipient gets a lone dot whose answer belongs to nobody', async () => {
  const refuse = once('rcpt', { reply: '550 5.1.1 unknown' });
  await using both = await sinkAndRelay({
    react: (step, line) => {
      if (step === 'data') return { reply: '354 go ahead' };
      if (step === 'dot' && line === '') return { reply: '554 5.5.1 no recipients' };
      return refuse(step, line);
    },
  });
  const { sink, relay } = both;
  const readers = ['a@r.test', 'b@r.test', 'c@r.test'];
  const answers = await Promise.all(readers.map((reader) => relay.send(outgoing(reader))));
  expect(answers.map((answer) => answer.kind)).toEqual(['refused', 'sent', 'sent']);
  expect(sink.received.map(({ to, bytes }) => [to, bytes.length > 0])).toEqual([
    ['', false],
    ['b@r.test', true],
    ['c@r.test', true],
  ]);
  expect(sink.connections).toBe(1);
});

test('a connection with many refusals is left before the relay ends it', async () => {
  await using both = await sinkAndRelay(
    {
      react: (step, line) =>
        step === 'rcpt' && line.includes('bad') ? { reply: '550 5.1.1 no' } : undefined,
    },
    {},
    { timeouts: { start: 30_000 } },
  );
  const { sink, relay } = both;
  const bad = await Promise.all(
    Array.from({ length: 20 }, (_, at) => relay.send(outgoing(`bad${at}@r.test`))),
  );
  expect(bad.every((answer) => answer.kind === 'refused')).toBe(true);
  expect((await relay.send(outgoing('a@r.test'))).kind).toBe('sent');
  expect(sink.connections).toBe(3);
  expect(relay.state().up).toBe(true);
});

test('354 after a refused sender is answered by nothing at all', async () => {
  const refuse = once('mail', { reply: '550 5.7.1 no' });
  await using both = await sinkAndRelay({
    react: (step, line) => (step === 'data' ? { reply: '354 go ahead' } : refuse(step, line)),
  });
  const { sink, relay } = both;
  const answers = await Promise.all([
    relay.send(outgoing('a@r.test')),
    relay.send(outgoing('b@r.test')),
  ]);
  expect(answers.map((answer) => answer.kind)).toEqual(['refused', 'sent']);
  expect(sink.received.map(({ to }) => to)).toEqual(['b@r.test']);
});

test('mayStart is asked before the envelope and before the dot; a no at the dot leaves nothing', async () => {
  await using both = await sinkAndRelay();
  const { sink, relay } = both;
  expect(await relay.send(outgoing('a@r.test', { mayStart: () => false }))).toEqual({
    kind: 'withdrawn',
    relay: 'sink',
  });
  let asked = 0;
  const mayStart = () => (asked += 1) < 2;
  expect((await relay.send(outgoing('b@r.test', { mayStart }))).kind).toBe('withdrawn');
  expect(asked).toBe(2);
  expect((await relay.send(outgoing('c@r.test'))).kind).toBe('sent');
  expect(sink.received.map(({ to }) => to)).toEqual(['c@r.test']);
});

test('destroyUnfinished gives back what has no dot, and waits for the answer of what has', async () => {
  let answerIt = () => {};
  const answered = new Promise<void>((resolve) => {
    answerIt = resolve;
  });
  await using both = await sinkAndRelay(
    {
      react: (step, line) => {
        if (step === 'dot' && line === 'a@r.test') return { after: answered };
        return step === 'data' && line && sinkHolds() ? { silence: true } : undefined;
      },
    },
    { connections: 2 },
    { timeouts: { start: 30_000 } },
  );
  const { sink, relay } = both;
  function sinkHolds(): boolean {
    return both.sink.received.length > 0;
  }
  const first = relay.send(outgoing('a@r.test'));
  await eventually(() => expect(sink.received).toHaveLength(1));
  const others = ['b', 'c', 'd', 'e'].map((who) => relay.send(outgoing(`${who}@r.test`)));
  await eventually(() => expect(sink.commands.at(-1)).toBe('DATA'));
  await eventually(() => expect(sink.connections).toBe(2));
  relay.destroyUnfinished();
  expect((await Promise.all(others)).map((answer) => answer.kind)).toEqual(
    Array(4).fill('withdrawn'),
  );
  answerIt();
  expect((await first).kind).toBe('sent');
  expect(sink.received).toHaveLength(1);
});

test('a message no connection is free for is handed back after a second', async () => {
  await using both = await sinkAndRelay(
    { capabilities: [], react: (step) => (step === 'dot' ? { silence: true } : undefined) },
    {},
    { timeouts: { start: 50 } },
  );
  const { sink, relay } = both;
  const first = relay.send(outgoing('a@r.test'));
  const second = await relay.send(outgoing('b@r.test'));
  expect(second.kind).toBe('withdrawn');
  expect(sink.received.map(({ to }) => to)).toEqual(['a@r.test']);
  expect(relay.free).toBe(0);
  for (const socket of sink.open) socket.destroy();
  expect(await first).toMatchObject({ kind: 'lost', at: 'dot' });
});

test('a relay that takes few connections is used with those', async () => {
  let open = 0;
  await using both = await sinkAndRelay(
    {
      react: (step) => {
        if (step !== 'greeting') return undefined;
        open += 1;
        return open > 3 ? { reply: '421 4.7.0 too many connections', drop: true } : undefined;
      },
    },
    { connections: 10 },
    { timeouts: { start: 30_000 } },
  );
  const { relay } = both;
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) => relay.send(outgoing(`r${at}@r.test`))),
  );
  expect(answers.every((answer) => answer.kind === 'sent')).toBe(true);
  expect(relay.state()).toMatchObject({ up: true, connections: 3 });
  expect(relay.free).toBe(6);
});

test.each([
  { wire: 'HTTP/1.1 400 Bad Request', at: 'mail' },
  { wire: `250-${'x'.repeat(70_000)}`, at: 'mail' },
  { wire: `${'y'.repeat(70_000)}`, at: 'mail' },
])('an answer that is none ends the connection ($wire.length bytes)', async ({ wire }) => {
  await using both = await sinkAndRelay({}, {}, QUICK);
  const { sink, relay } = both;
  await relay.send(outgoing('a@r.test'));
  for (const socket of sink.open) socket.write(`${wire}\r\n`);
  await eventually(() => expect(relay.state().connections).toBe(0));
  expect((await relay.send(outgoing('b@r.test'))).kind).toBe('sent');
});

test('what this relay can never take is said at once and costs nothing', async () => {
  await using both = await sinkAndRelay({ capabilities: ['PIPELINING', 'SIZE 1000'] });
  const { sink, relay } = both;
  const answers = await Promise.all([
    relay.send(outgoing('a@r.test', { size: 1_001 })),
    relay.send(outgoing('josé@r.test')),
    relay.send(outgoing('a@r.test>\r\nRCPT TO:<b@r.test')),
    relay.send(outgoing('a@r.test', { from: 'x y@news.test' })),
    relay.send(outgoing('"a b>"@r.test')),
  ]);
  expect(answers).toMatchObject([
    {
      kind: 'impossible',
      reason: 'size',
      detail: 'the message has 1001 bytes, the relay takes 1000',
    },
    { kind: 'impossible', reason: 'utf8' },
    { kind: 'impossible', reason: 'address', detail: 'the recipient is not an email address' },
    { kind: 'impossible', reason: 'address', detail: 'the return path is not an email address' },
    { kind: 'sent' },
  ]);
  expect(sink.received.map(({ to }) => to)).toEqual(['"a b>"@r.test']);
});
