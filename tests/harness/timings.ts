import { TIMINGS, type Timings } from '../../src/timings.ts';

/**
 * Production's timings, but what a test would wait for comes soon. The lease stays as it is: on a busy machine a short
 * one would run out of itself.
 */
export const QUICK_TIMINGS: Timings = {
  ...TIMINGS,
  ticketMs: 1_000,
  lookMs: 100,
  renderAgainMs: 30_000,
  silenceMs: 500,
  warmUpMs: 200,
  editionStallMs: 400,
  attention: {
    lookMs: 200,
    troubleMs: 500,
    unseenMs: 1_000,
    stalledMs: 800,
    missedMs: 1_000,
    incompleteMs: 1_000,
    feedMs: 1_000,
    alertAgainMs: 300,
  },
  housekeeping: {
    watchMs: 200,
    ticketsMs: 200,
    leasesMs: 200,
    finishMs: 200,
    expireMs: 1_000,
    lettersMs: 200,
    composeMs: 1_000,
    startMs: 200,
    feedsMs: 500,
    picturesMs: 100,
    webhooksMs: 100,
    receiversMs: 600_000,
  },
  bulkMs: 100,
  relay: { ...TIMINGS.relay, rest: 50, longestRest: 1_000 },
};
