import type { Notice } from '../text/notice.ts';
import type { Outcome } from './smtp/message.ts';
import type { Phase } from './smtp/outgoing.ts';
import { withoutAddresses } from './smtp/reply.ts';

/** How a relay does. */
export interface RelayState {
  /** It is not resting after a failure. */
  up: boolean;
  restingUntil?: Date;
  /** What last went wrong, in the relay's words where it had some; gone after the next message sent. */
  lastError?: { at: Phase; code?: number; reply: string; fix?: Notice };
  /** It asks for fewer messages and gets fewer: what it said, until it has not said so for a while. */
  slowed?: { reply: string; fix: Notice };
  connections: number;
}

/** What a relay goes to rest for, or takes no further connection. */
export type Failure = Extract<Outcome, { kind: 'refused' | 'lost' }>;

/** What went wrong, as an operator is told. */
export function lastError(failure: Failure): NonNullable<RelayState['lastError']> {
  const { at, fix } = failure;
  const told = { at, ...(fix !== undefined && { fix }) };
  return failure.kind === 'lost'
    ? { ...told, reply: failure.error }
    : { ...told, code: failure.code, reply: failure.reply };
}

/** The same for the log. Relays quote addresses, and logs hold none. */
export function logged(failure: Failure): NonNullable<RelayState['lastError']> {
  const { reply, ...rest } = lastError(failure);
  return { ...rest, reply: withoutAddresses(reply) };
}
