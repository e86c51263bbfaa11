import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

// A third of the share that others get of a full processor; an idle one is theirs alone all the same.
const BEHIND = 5;

// A tenth: for what nobody waits for.
const FAR_BEHIND = 10;

/**
 * Puts this process behind others of the machine, for good: who sends may wait a few milliseconds, a
 * reader at the web process may not. Threads and children made from now on inherit it.
 */
export const stepBehind = (): void => stepTo(BEHIND);

/** The same, behind those too that stepped behind: for what takes minutes whether or not others need the machine. */
export const stepFarBehind = (): void => stepTo(FAR_BEHIND);

function stepTo(priority: number): void {
  if (getPriority() >= priority) return; // it was started behind others already
  // Linux keeps a priority for each thread, and some are there before any program runs.
  const threads =
    process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
  for (const thread of threads) {
    try {
      setPriority(thread, priority);
    } catch {
      // a thread that has ended meanwhile; and nobody's work depends on it
    }
  }
}
