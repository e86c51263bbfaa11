import type { Notice } from '../../text/notice.ts';

/** Where in the conversation with a relay something happened. EHLO and STARTTLS belong to the greeting. */
export type Phase = 'connect' | 'greeting' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot';

/** One message to one address, ready for the wire. */
export interface Outgoing {
  /** Return path; empty for none (bounces go nowhere). */
  from: string;
  to: string;
  /** The message itself (not only the envelope) needs SMTPUTF8. */
  utf8: boolean;
  /** Headers and body, CRLF, dot-stuffed, ending in CRLF, without the final dot line. */
  body: Buffer[];
  /** Bytes of the message before dot-stuffing, what SIZE speaks of (RFC 1870). */
  size: number;
  /** Asked in the very tick that writes the envelope and in the one that writes body and dot. */
  mayStart(): boolean;
}

/** What became of an Outgoing: each gets exactly one. */
export type Answer =
  | { kind: 'sent'; relay: string; reply: string }
  | Refusal
  | Loss
  /** Nothing irrevocable happened: the caller may hand the message to anybody. */
  | { kind: 'withdrawn'; relay: string }
  | Impossibility;

/** The relay said 4xx or 5xx. */
export interface Refusal {
  kind: 'refused';
  relay: string;
  at: Phase;
  code: number;
  enhanced?: string;
  reply: string;
  /** A receiver's words, which the relay hands on. */
  receivers?: true;
  /** What an operator should do about it, where the relay was not even reached or let nobody in. */
  fix?: Notice;
}

/** No answer came. At `dot` the message may have been taken all the same. */
export interface Loss {
  kind: 'lost';
  relay: string;
  at: Phase;
  error: string;
  fix?: Notice;
}

/** This relay can never take this message. */
export interface Impossibility {
  kind: 'impossible';
  relay: string;
  reason: 'size' | 'utf8' | 'address';
  detail: string;
}
