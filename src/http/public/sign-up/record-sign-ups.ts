import type { Context } from '../../../context.ts';
import { openLetterPost } from '../../../queue/letter-tickets.ts';
import {
  requestSubscriptions,
  type SubscriptionRequest,
} from '../../../subscribers/subscriptions/request.ts';
import { batched } from '../../batched.ts';

/** Writes a sign-up down, together with others that come at the same time, and enqueues its letter. */
export type RecordSignUp = (request: SubscriptionRequest) => Promise<void>;

// One batch gathers while the one before is written: with two lanes the batches are half as large, and a sign-up
// cost about a tenth more of processor time, in Node and PostgreSQL together.
const BATCHES = { most: 50, lanes: 1 };

/** Opens the recorder of a process. */
export function openSignUpRecorder(context: Context): RecordSignUp {
  const enqueueLetters = openLetterPost(context.queues);
  return batched(async (requests) => {
    // The same address twice cannot be in one statement: the later one follows.
    let rest = requests;
    while (rest.length > 0) {
      const batch = new Map<string, SubscriptionRequest>();
      const later: SubscriptionRequest[] = [];
      for (const request of rest) {
        if (batch.has(request.address.key)) later.push(request);
        else batch.set(request.address.key, request);
      }
      enqueueLetters(await requestSubscriptions(context.db, [...batch.values()], context.now()));
      rest = later;
    }
    return requests.map(() => undefined);
  }, BATCHES);
}
