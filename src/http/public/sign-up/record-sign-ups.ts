import type { Context } from '../../../context.ts';
import { requestSubscriptions, type SubscriptionRequest } from '../../../letters/sign-up.ts';
import { openLetterPost } from '../../../queue/letter-tickets.ts';
import { batched } from '../../batched.ts';

/** Takes sign-ups down, many with one statement when many come, and hands their letters on. */
export type TakeDown = (request: SubscriptionRequest) => Promise<void>;

// One lot gathers while the one before is written: with two lanes the lots are half as large, and a sign-up
// cost about a tenth more of processor time, in Node and PostgreSQL together.
const LOTS = { most: 50, lanes: 1 };

export function openDesk(context: Context): TakeDown {
  const post = openLetterPost(context.queues);
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
