import type { Logger } from 'pino';
import { adviceOnAnswer } from '../relays/advice.ts';
import { openRelay } from '../relays/relay.ts';
import type { RelaySettings } from '../relays/settings.ts';
import type { Answer, Phase } from '../relays/smtp/outgoing.ts';
import type { Notice } from '../text/notice.ts';

/** What became of one message that was handed to one relay, in its own words. */
export interface HandedOver {
  /** The relay took it: where it goes from there nobody knows. */
  ok: boolean;
  /** Where in the conversation it was refused or lost; null where it was taken, or could not be tried. */
  at: Phase | null;
  code: number | null;
  reply: string;
  /** What to do about it; null where there is nothing to say. */
  fix: Notice | null;
  milliseconds: number;
}

/** A person waits for this. */
const TIMEOUTS = {
  greeting: 20_000,
  start: 25_000,
  command: 20_000,
  data: 20_000,
  pipelined: 20_000,
  dot: 60_000,
};

/** Hands one message to a relay over a connection of its own, and says what it said. Never rejects. */
export async function handOver(
  settings: RelaySettings,
  envelope: { from: string; to: string; utf8: boolean; message: Buffer; body: Buffer },
  log: Logger,
): Promise<HandedOver> {
  const began = performance.now();
  const relay = openRelay({ ...settings, connections: 1 }, { log, timeouts: TIMEOUTS });
  const answer = await relay.send({
    from: envelope.from,
    to: envelope.to,
    utf8: envelope.utf8,
    body: [envelope.body],
    size: envelope.message.length,
    mayStart: () => true,
  });
  const milliseconds = Math.round(performance.now() - began);
  const failure = relay.state().lastError;
  // its QUIT need not be waited for
  void relay.close();
  // what was given back may be the relay's failure at a connection that had not got to the message
  if (answer.kind === 'withdrawn' && failure) {
    const { at, code = null, reply, fix = null } = failure;
    return { ok: false, at, code, reply, fix, milliseconds };
  }
  return { ...told(answer), milliseconds };
}

function told(answer: Answer): Omit<HandedOver, 'milliseconds'> {
  switch (answer.kind) {
    case 'sent':
      return { ok: true, at: null, code: 250, reply: answer.reply, fix: null };
    case 'refused': {
      const { at, code, reply } = answer;
      return { ok: false, at, code, reply, fix: adviceOnAnswer(answer) ?? null };
    }
    case 'lost':
      return {
        ok: false,
        at: answer.at,
        code: null,
        reply: answer.error,
        fix: answer.fix ?? null,
      };
    case 'impossible':
      return {
        ok: false,
        at: null,
        code: null,
        reply: answer.detail,
        fix: adviceOnAnswer(answer) ?? null,
      };
    case 'withdrawn':
      return { ok: false, at: 'connect', code: null, reply: 'no answer', fix: null };
  }
}
