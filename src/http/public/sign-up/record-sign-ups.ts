import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Context } from '../../../context.ts';
import { requestSubscriptions, type SubscriptionRequest } from '../../../letters/sign-up.ts';
import { batched } from '../../batched.ts';

/** Takes sign-ups down, many with one statement when many come, and hands their letters on. */
export type TakeDown = (request: SubscriptionRequest) => Promise<void>;

// One lot gathers while the one before is written: with two lanes the lots are half as large, and a sign-up
// cost about a tenth more of processor time, in Node and PostgreSQL together.
const LOTS = { most: 50, lanes: 1 };

export function openDesk(context: Context): TakeDown {
  const post = openLetterPost(context);
  return batched(async (requests) => {
    // The same address twice cannot be in one statement: the later one follows.
    let rest = requests;
    while (rest.length > 0) {
      const lot = new Map<string, SubscriptionRequest>();
      const later: SubscriptionRequest[] = [];
      for (const request of rest) {
        if (lot.has(request.address.key)) later.push(request);
        else lot.set(request.address.key, request);
      }
      post(await requestSubscriptions(context.db, [...lot.values()], context.now()));
      rest = later;
    }
    return requests.map(() => undefined);
  }, LOTS);
}

const TICKETS = 20;
const PAUSE_MS = 250;

/**
 * Tickets for letters, and nobody waits for them: whether there was a letter to send must not show in the
 * time of an answer. In a rush what is beyond 20 in a quarter of a second is left to the worker, which asks
 * the database every few seconds: a job costs the queue in PostgreSQL as much as the sign-up itself.
 */
export function openLetterPost({ queues }: Context): (letters: string[]) => void {
  const waiting: string[] = [];
  let busy = false;
  const go = async () => {
    busy = true;
    await setImmediate(); // the answers go first: a ticket takes the queue longer than a sign-up
    while (waiting.length > 0) {
      await queues.enqueueLetters(waiting.splice(0, TICKETS));
      await setTimeout(PAUSE_MS, undefined, { ref: false });
    }
    busy = false;
  };
  return (letters) => {
    waiting.push(...letters.slice(0, Math.max(0, TICKETS - waiting.length)));
    if (!busy && waiting.length > 0) void go();
  };
}
