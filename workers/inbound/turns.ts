import { performance } from 'node:perf_hooks';

/** Of its time this process is at work: with more than this, on something that waits less well than what came in. */
const BUSY = 0.5;
/** It is not judged by a shorter time than this. */
const LOOK_MS = 50;
/** Between two messages while it is busy: at most ten a second. */
const PAUSE_MS = 100;

/** What came in, one after the other. */
export interface Turns {
  /** Does the work when it is its turn. Rejects as the work does. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** No more pauses: the process is stopping, and what waits is done before. */
  hurry(): void;
}

/**
 * Has one thing at a time done with what came in, and while this process is busy a few a second, so that a flood of
 * reports does not slow down an edition that is being sent. Those who bring it wait: mail servers do, for ten minutes
 * (RFC 5321, 4.5.3.2.6), and what they gave up on comes again. `isBusy`: for a test.
 */
export function openTurns(isBusy = watchLoop()): Turns {
  const hurried = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const turn = last.then(async () => {
        if (isBusy()) await pause(hurried.signal);
        return work();
      });
      last = turn.catch(() => undefined);
      return turn;
    },
    hurry: () => hurried.abort(),
  };
}

/** Says whether the event loop was busy since it was asked last. */
function watchLoop(): () => boolean {
  let before = performance.eventLoopUtilization();
  let isBusy = false;
  return () => {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, before);
    if (since.active + since.idle >= LOOK_MS) {
      isBusy = since.utilization > BUSY;
      before = now;
    }
    return isBusy;
  };
}

const pause = (hurried: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (hurried.aborted) return resolve();
    const timer = setTimeout(done, PAUSE_MS);
    function done() {
      clearTimeout(timer);
      hurried.removeEventListener('abort', done);
      resolve();
    }
    hurried.addEventListener('abort', done);
  });
