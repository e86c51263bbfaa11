import { TICKET_MS } from './deliveries/tickets.ts';
import { TIMEOUTS, type Timeouts } from './relays/smtp/timeouts.ts';

/**
 * How long the workers wait for what, in milliseconds: all of it in one object on the context, so that a test can
 * hand in shorter ones and need not wait as long as production does.
 */
export interface Timings {
  /** How long a worker is believed alive after a heartbeat, by the database's clock; how often it beats. */
  leaseMs: number;
  beatMs: number;
  /** How long a due range that nobody took is left before its ticket is issued again. */
  ticketMs: number;
  /** How long a held range may stand still, with readers due and nothing under way, before others may take it. */
  stalledMs: number;
  /** How often the editions that are being sent are looked at: paused meanwhile, held up, going on again. */
  lookMs: number;
  /** When an edition that could not be rendered is tried again. */
  renderAgainMs: number;
  /** How long a relay may owe answers before the operators are told. */
  silenceMs: number;
  /** How long a relay that refuses all messages is left alone. */
  avoidMs: number;
  /** How often a relay's share of its warm-up is counted anew, and how long a share is valid. */
  warmUpMs: number;
  warmUpShareMs: number;
  /** How long an edition may stand still, though readers are due, before its operators are told why. */
  editionStallMs: number;
  /** What needs a person. */
  attention: {
    /** How often it is looked for. */
    lookMs: number;
    /** How long a disk, a queue or the workers may be in trouble first: a restart is none. */
    troubleMs: number;
    /** After how long unseen such trouble is over. */
    unseenMs: number;
    /** How long an edition may be held up, or left paused by its operator. */
    stalledMs: number;
    /** How long after its hour an edition may come. */
    missedMs: number;
    /** How long after its end it is judged how many readers an edition has reached. */
    incompleteMs: number;
    /** How long a feed may fail. */
    feedMs: number;
    /** When a mail about it that failed is tried again; twice as long each time. */
    alertAgainMs: number;
  };
  housekeeping: {
    /** Looks for editions that stand still. */
    watchMs: number;
    /** Issues tickets again, and plans what was not planned to its end. */
    ticketsMs: number;
    /** Judges workers whose lease has ended. */
    leasesMs: number;
    /** Skips what was cancelled, finishes what is done. */
    finishMs: number;
    expireMs: number;
    /** Letters that are due, and those of workers that are gone. */
    lettersMs: number;
    /** Composes drafts, and starts what is due. */
    composeMs: number;
    startMs: number;
    /** Looks for feeds that are due. */
    feedsMs: number;
    /** Looks for pictures that are wanted. */
    picturesMs: number;
    /** Looks for what webhooks are to be told. */
    webhooksMs: number;
    /** Looks up who takes the mail of readers' domains. */
    receiversMs: number;
  };
  /** How often it is looked for what is asked for many readers at once. */
  bulkMs: number;
  /** How often the inbound mailbox is looked at beside IDLE, and when it is connected to again, twice as long each time. */
  imap: { pollMs: number; againMs: number };
  /** How long a webhook may take to answer. */
  webhookMs: number;
  /** What relays are waited for when digests are sent. */
  relay: Timeouts;
}

/** Production's. */
export const TIMINGS: Timings = {
  leaseMs: 15_000,
  beatMs: 3_000,
  ticketMs: TICKET_MS,
  stalledMs: 120_000,
  lookMs: 3_000,
  renderAgainMs: 30_000,
  silenceMs: 10_000,
  avoidMs: 60_000,
  warmUpMs: 5_000,
  warmUpShareMs: 15_000,
  editionStallMs: 60_000,
  attention: {
    lookMs: 10_000,
    troubleMs: 60_000,
    unseenMs: 45_000,
    stalledMs: 600_000,
    missedMs: 300_000,
    incompleteMs: 3_600_000,
    feedMs: 86_400_000,
    alertAgainMs: 30_000,
  },
  housekeeping: {
    watchMs: 5_000,
    ticketsMs: 5_000,
    leasesMs: 2_000,
    finishMs: 5_000,
    expireMs: 60_000,
    lettersMs: 5_000,
    composeMs: 15_000,
    startMs: 2_000,
    feedsMs: 10_000,
    picturesMs: 1_000,
    webhooksMs: 1_000,
    receiversMs: 10_000,
  },
  bulkMs: 2_000,
  imap: { pollMs: 60_000, againMs: 5_000 },
  webhookMs: 15_000,
  relay: TIMEOUTS,
};
