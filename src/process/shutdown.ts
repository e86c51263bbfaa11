import type { Logger } from './log.ts';

/**
 * Runs `stop` once when this process is told to end: SIGINT (Ctrl-C may come twice: from the terminal and
 * from npm), SIGTERM, or the end of the channel to the process that started it. Then exits; after
 * `graceSeconds` it exits all the same.
 */
export function stopOnSignal(log: Logger, stop: () => Promise<void>, graceSeconds: number): void {
  let stopping = false;
  const begin = (why: string) => {
    if (stopping) return;
    stopping = true;
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
