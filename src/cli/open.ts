import { configFromEnvironment } from '../config.ts';
import { type Context, openContext } from '../context.ts';
import { openLog } from '../log.ts';
import { borrowServices } from '../services.ts';

/** How a noun gets at everything: opens it for one piece of work and closes it, however that ends. */
export type Open = <T>(work: (context: Context) => Promise<T>) => Promise<T>;

/**
 * Attaches to the database of DATABASE_URL or of a running `start`, or else runs the embedded one for the
 * time of the work.
 */
export const openForCommand: Open = async (work) => {
  const config = configFromEnvironment();
  // A person reads what stderr says: of the log they want what went wrong, unless they ask for more.
  const level = config.logLevel === 'info' ? 'warn' : config.logLevel;
  const log = openLog(level, 'cli');
  const services = await borrowServices(config, log);
  try {
    const context = await openContext(config, services.databaseUrl, log);
    try {
      return await work(context);
    } finally {
      await context.close();
    }
  } finally {
    await services.close();
  }
};
