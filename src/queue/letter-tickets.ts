import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Queues } from './queues.ts';

const TICKETS = 20;
const PAUSE_MS = 250;

/**
 * Tickets for letters, and nobody waits for them: whether there was a letter to send must not show in the
 * time of an answer. In a rush what is beyond 20 in a quarter of a second is left to the worker, which asks
 * the database every few seconds: a job costs the queue in PostgreSQL as much as the sign-up itself.
 */
export function openLetterPost(queues: Queues): (letters: string[]) => void {
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
