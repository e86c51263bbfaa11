import { describe, expect, test } from 'vitest';
import { type Attempt, settlementOf } from '../../src/deliveries/settlement.ts';
import { outcomeOf } from '../../src/relays/outcome.ts';
import type { Answer, Phase } from '../../src/relays/smtp/outgoing.ts';

const first: Attempt = {
  attempts: 0,
  reasonBefore: null,
  pausing: false,
  uncertain: 'resend',
  random: () => 0.5,
};
const settle = (answer: Answer, attempt: Partial<Attempt> = {}) =>
  settlementOf(answer, outcomeOf(answer), { ...first, ...attempt });

const relay = 'one';
function refused(at: Phase, reply: string): Answer {
  const [code = '', enhanced = ''] = reply.split(' ');
  const said = { kind: 'refused', relay, at, code: Number(code), reply } as const;
  return /^\d\.\d+\.\d+$/.test(enhanced) ? { ...said, enhanced } : said;
}

describe('the next state of a row', () => {
  test('taken: sent, with the relay’s words and no event', () => {
    expect(settle({ kind: 'sent', relay, reply: '250 ok' })).toEqual({
      state: 'sent',
      counted: true,
      relay,
      answer: '250 ok',
    });
  });

  test('withdrawn: queued at once, as if it had never been tried', () => {
    const settled = settle({ kind: 'withdrawn', relay });
    expect(settled).toEqual({ state: 'queued', delayMs: 0 });
  });

  test.each([
    ['connect', { state: 'queued', delayMs: 0 }],
    ['mail', { state: 'queued', delayMs: 0 }],
    ['rcpt', { state: 'queued', delayMs: 1_000 }],
    ['data', { state: 'queued', delayMs: 1_000 }],
  ] as const)('lost at %s: queued, and no attempt is counted', (at, expected) => {
    const settled = settle({ kind: 'lost', relay, at, error: 'gone' });
    expect(settled).toEqual({
      ...expected,
      relay,
      answer: 'gone',
      event: { phase: at, reply: 'gone' },
    });
  });

  test('lost after the dot: uncertain, and under `resend` queued again a moment later', () => {
    const lost = { kind: 'lost', relay, at: 'dot', error: 'gone' } as const;
    const uncertain = { counted: true, uncertain: true };
    expect(settle(lost)).toMatchObject({ state: 'queued', delayMs: 1_000, ...uncertain });
    expect(settle(lost, { uncertain: 'hold' })).toMatchObject({ state: 'uncertain', ...uncertain });
  });

  test.each(['rcpt', 'data', 'dot'] as const)(
    'a 4xx at %s: queued after a back-off, counted, with its event',
    (at) => {
      expect(settle(refused(at, '451 4.3.0 later'), { attempts: 2 })).toEqual({
        state: 'queued',
        delayMs: 120_000,
        counted: true,
        relay,
        answer: '451 4.3.0 later',
        event: { phase: at, code: 451, enhanced: '4.3.0', reply: '451 4.3.0 later' },
      });
    },
  );

  test.each(['550 5.1.1 no such user', '552 5.2.2 mailbox full'])('%s: failed', (reply) => {
    const failed = { state: 'failed', reason: 'refused', counted: true };
    expect(settle(refused('rcpt', reply))).toMatchObject(failed);
  });

  test('a refused content waits once, then fails where it stayed alone with that', () => {
    const spam = refused('dot', '554 5.7.1 spam');
    const waits = { state: 'queued', reason: 'content', delayMs: 30_000, counted: true };
    expect(settle(spam)).toMatchObject(waits);
    expect(settle(spam, { reasonBefore: 'content' })).toMatchObject({
      state: 'failed',
      reason: 'content',
    });
    // The edition pauses because of it: the row waits for the operator.
    expect(settle(spam, { reasonBefore: 'content', pausing: true })).toMatchObject(waits);
  });

  test('what this relay can never take: too large is no reader’s fault, an address is', () => {
    const impossible = { kind: 'impossible', relay, detail: 'no' } as const;
    expect(settle({ ...impossible, reason: 'size' })).toMatchObject({
      state: 'queued',
      delayMs: 0,
      event: { phase: 'mail', reply: 'no' },
    });
    const settled = settle({ ...impossible, reason: 'utf8' });
    expect(settled).toMatchObject({ state: 'failed', reason: 'unaddressable' });
    expect(settled.counted).toBeUndefined();
  });
});
