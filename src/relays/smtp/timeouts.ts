/** How long to wait for what, in milliseconds. */
export interface Timeouts {
  /** For each step of opening a connection: the look-up of the name, the greeting, EHLO, STARTTLS, AUTH. */
  greeting: number;
  /** A connection that is not open after so long is late: another one is tried beside it. */
  another: number;
  /** For the answer to MAIL, RCPT, RSET. */
  command: number;
  /** For the 354 to DATA. */
  data: number;
  /** For the answer to the final dot. */
  dot: number;
  /** For the answers to commands that were sent together, while it is not known whether the relay reads them all. */
  pipelined: number;
  /** How long a connection without work is kept. */
  idle: number;
  /** How long a message waits here for a connection before it is handed back. */
  start: number;
  /** The first rest of a relay that failed; each next one is twice as long, up to `longestRest`, from the start of the attempt. */
  rest: number;
  longestRest: number;
}

/** RFC 5321 §4.5.3.2 once a connection is open, and what keeps a claimed row from lying here for longer than a second. */
export const TIMEOUTS: Timeouts = {
  greeting: 30_000,
  another: 10_000,
  command: 300_000,
  data: 120_000,
  pipelined: 30_000,
  dot: 600_000,
  idle: 30_000,
  start: 1_000,
  rest: 1_000,
  longestRest: 25_000,
};
