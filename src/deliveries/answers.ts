/** What a relay said, or that it said nothing. What `relays/` answers has this form. */
export type RelayAnswer =
  | { kind: 'sent'; relay: string; reply: string }
  | Refused
  | { kind: 'lost'; relay: string; at: Phase; error: string }
  | { kind: 'withdrawn'; relay: string }
  | Impossible;

/** Where in the conversation: before the dot nothing is taken, after it nobody can know without an answer. */
export type Phase = 'connect' | 'greeting' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot';

/** A relay said 4xx or 5xx. */
export interface Refused {
  kind: 'refused';
  relay: string;
  at: Phase;
  code: number;
  enhanced?: string;
  reply: string;
}

/** A relay can never take this message. */
export interface Impossible {
  kind: 'impossible';
  relay: string;
  reason: 'size' | 'utf8' | 'address';
  detail: string;
}

/** Refusals of what is sent or of who sends it, not of the reader: 5.7.x at RCPT, and 5xx after the dot. */
export function isPolicy(answer: Refused): boolean {
  if (answer.code < 500) return false;
  return (
    answer.at === 'dot' || (answer.at === 'rcpt' && answer.enhanced?.startsWith('5.7.') === true)
  );
}
