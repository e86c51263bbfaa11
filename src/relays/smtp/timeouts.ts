/** How long to wait for what, in milliseconds. */
export interface Timeouts {
  /** From the look-up of the name to the greeting and to the end of STARTTLS. */
  greeting: number;
  /** For the answer to EHLO, AUTH, MAIL, RCPT, RSET. */
  command: number;
  /** For the 354 to DATA. */
  data: number;
  /** For the answer to the final dot. */
  dot: number;
  /** How long a connection without work is kept. */
  idle: number;
  /** How long a message waits here for a connection before it is handed back. */
  start: number;
  /** The first rest of a relay that failed; each next one is twice as long, up to `longestRest`. */
  rest: number;
  longestRest: number;
}

/** RFC 5321 §4.5.3.2, and what keeps a claimed row from lying here for longer than a second. */
export const TIMEOUTS: Timeouts = {
  greeting: 300_000,
  command: 300_000,
  data: 120_000,
  dot: 600_000,
  idle: 30_000,
  start: 1_000,
  rest: 1_000,
  longestRest: 300_000,
};
