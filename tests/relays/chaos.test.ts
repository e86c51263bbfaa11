import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Answer } from '../../src/relays/smtp/outgoing.ts';
import { sinkAndRelay } from './open.ts';
import { outgoing } from './outgoing.ts';
import type { Reaction, Sink, Step } from './sink.ts';

const QUICK = {
  start: 5_000,
  command: 100,
  data: 100,
  dot: 100,
  greeting: 150,
  rest: 5,
  longestRest: 20,
};

/** What may go wrong at any step of any connection. */
const FAULTS: Reaction[] = [
  { reply: '450 4.2.0 later' },
  { reply: '550 5.1.1 never' },
  { reply: '421 4.3.2 closing', drop: true },
  { reply: '421 4.3.2 closing, but the connection stays' },
  { drop: true },
  { drop: true, taken: true },
  { reply: '250 2.0.0 taken, and gone', drop: true },
  { reply: '354 why not' },
  { silence: true },
  { reply: '299 what is this' },
];
const STEPS: Step[] = ['greeting', 'ehlo', 'mail', 'rcpt', 'data', 'dot', 'rset'];

const fault = fc.record({
  at: fc.constantFrom(...STEPS),
  fault: fc.constantFrom(...FAULTS),
  /** After so many quiet passes of that step. */
  after: fc.integer({ min: 0, max: 12 }),
});

/** The sink's own record must agree with what we were told of each message. */
function judge(answers: Map<string, Answer>, sink: Sink): void {
  for (const [to, answer] of answers) {
    const taken = sink.accepted.filter((message) => message.to === to).length;
    const read = sink.received.filter((message) => message.to === to).length;
    const context = `${to}: ${JSON.stringify(answer)}, read ${read}, taken ${taken}`;
    if (answer.kind === 'sent') expect(taken, context).toBe(1);
    else if ('at' in answer && answer.at === 'dot') {
      expect(read, context).toBe(1);
      if (answer.kind === 'refused') expect(taken, context).toBe(0);
    } else expect(read, context).toBe(0);
  }
  for (const { to, bytes } of sink.received) {
    const whole = Buffer.concat(outgoing(to).body);
    expect(bytes.equals(whole) || (to === '' && bytes.length === 0), `bytes of ${to}`).toBe(true);
  }
}

test.each([{ capabilities: ['PIPELINING', 'SIZE'] }, { capabilities: [] }])(
  'whatever goes wrong and whenever, every message gets one true answer (%o)',
  async ({ capabilities }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.option(fc.integer({ min: 1, max: 12 })),
        async (faults, connections, givenUpAfter) => {
          const script = faults.map((each) => ({ ...each }));
          const react = (step: Step): Reaction => {
            const due = script.find((each) => each.at === step && each.after-- === 0);
            return due?.fault;
          };
          await using both = await sinkAndRelay(
            { capabilities, react },
            { connections },
            { timeouts: QUICK },
          );
          const answers = new Map<string, Answer>();
          const readers = Array.from({ length: 16 }, (_, at) => `r${at}@r.test`);
          const send = async (to: string) => {
            const answer = await both.relay.send(outgoing(to));
            expect(answers.has(to)).toBe(false);
            answers.set(to, answer);
            if (answers.size === givenUpAfter) both.relay.destroyUnfinished();
          };
          // The second half comes while the first one fails: while the relay rests, too.
          await Promise.all(
            readers.slice(0, 8).map(async (to, at) => {
              await send(to);
              await send(readers[at + 8] ?? '');
            }),
          );
          expect(answers.size).toBe(readers.length);
          expect(both.relay.busy).toBe(0);
          judge(answers, both.sink);
        },
      ),
      { numRuns: 60, seed: 20_261_124 },
    );
  },
);
