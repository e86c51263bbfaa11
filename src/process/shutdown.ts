import type { Logger } from './log.ts';

/** A signal so long after the first is a second thought; a sooner one is the same, from the terminal and from npm. */
const SECOND_MS = 2_000;

/**
 * Runs `stop` once when this process is told to end: SIGINT, SIGTERM, or the end of the channel to the process that
 * started it. Then exits; after `graceSeconds`, or at a second signal, it exits all the same.
 */
export function stopOnSignal(log: Logger, stop: () => Promise<void>, graceSeconds: number): void {
  let stoppingSince: number | undefined;
  const begin = (why: string) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince < SECOND_MS) return;
      log.error({ why }, 'told to stop again; ending without waiting');
      process.exit(1);
    }
    stoppingSince = performance.now();
    log.info({ why }, 'stopping');
    setTimeout(() => {
      log.error(`not stopped after ${graceSeconds} s; ending all the same`);
      process.exit(1);
    }, graceSeconds * 1000).unref();
    stop().then(
      () => process.exit(0),
      (err) => {
        log.error({ err }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => begin('SIGINT'));
  process.on('SIGTERM', () => begin('SIGTERM'));
  if (process.channel)
    process.on('disconnect', () => begin('the process that started this one is gone'));
}
