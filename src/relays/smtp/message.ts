import type { Answer, Outgoing, Phase } from './outgoing.ts';
import type { Reply } from './reply.ts';

/** A message within this room, from `send` to its answer. */
export interface Job {
  outgoing: Outgoing;
  at: Phase;
  answered: boolean;
  /** The relay refused it, so that what it still says about it is for nobody. */
  refused: boolean;
  /** When it began to wait for a connection, `performance.now()`. */
  since: number;
  /** When its final dot was handed to the socket, `performance.now()`. */
  dotAt: number;
  resolve: (answer: Answer) => void;
}

type Told<A> = A extends { relay: string } ? Omit<A, 'relay'> : never;
/** An answer before the relay's name is put on it. */
export type Outcome = Told<Answer>;

/** Why a session ended. */
export interface Ending {
  /** Quiet: by QUIT, by our own hand, or while nothing was under way. */
  cause: 'quiet' | 'closing' | 'lost';
  at?: Phase;
  reply?: Reply;
  error?: string;
  /** The relay did not answer in time. */
  late?: boolean;
  /** What it owed an answer to was sent together with something, which it has never been seen to read. */
  unproven?: boolean;
}
