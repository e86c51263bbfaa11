import { configFromEnvironment } from '../config.ts';
import { type Context, openContext } from '../context.ts';
import { openLog } from '../process/log.ts';
import { borrowServices } from '../services.ts';

/**
 * How a noun gets at everything: opens it for one piece of work and closes it, however that ends.
 * `onStop` tells what else to end first when a signal comes.
 */
export type Open = <T>(
  work: (context: Context, onStop: (stop: () => Promise<void>) => void) => Promise<T>,
) => Promise<T>;

/**
 * Attaches to the database of DATABASE_URL or of a running `start`, or else runs the embedded one for the
 * time of the work. Ctrl-C ends the work and leaves nothing running.
 */
export const openForCommand: Open = async (work) => {
  const config = configFromEnvironment();
  // A person reads what stderr says: of the log they want what went wrong, unless they ask for more.
  const level = config.logLevel === 'info' ? 'warn' : config.logLevel;
  const log = openLog(level, 'cli');
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  let stopping = false;
  const interrupt = () => {
    // from the terminal and from npm it may come twice
    if (stopping) return;
    stopping = true;
    // a relay may take ten minutes to answer; what it is handed by then is judged when the lease has ended
    setTimeout(() => process.exit(130), 60_000).unref();
    void close().finally(() => process.exit(130));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const services = await borrowServices(config, log);
    undo.push(services.close);
    const context = await openContext(config, services.databaseUrl, log);
    undo.push(context.close);
    return await work(context, (stop) => undo.push(stop));
  } finally {
    await close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
};
