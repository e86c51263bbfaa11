import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { type Config, ConfigError, configFromEnvironment } from '../config.ts';
import { type Context, openContext } from '../context.ts';
import { copyOf } from '../database/embedded/copied.ts';
import { makeFirst, makeFirstIn } from '../first-start.ts';
import { CannotListen } from '../process/cannot-listen.ts';
import { boundNursery } from '../process/gc-tuning.ts';
import { openLog } from '../process/log.ts';
import { stepBehind } from '../process/nice.ts';
import { stopOnSignal } from '../process/shutdown.ts';
import { attachServices, borrowServices, migrateAll } from '../services.ts';
import { fail } from './output.ts';

/** The commands that run as long as the service does, and the one that prepares its database. */
export function registerProcesses(program: Command): void {
  program
    .command('start')
    .description('run everything: embedded services where none are set, web and worker')
    .action(runStart);
  program
    .command('web')
    .description('run one web process on an existing database')
    .action(() => runChild('web', runWeb));
  program
    .command('worker')
    .description('run one worker on an existing database')
    .action(() => runChild('worker', runWorker));
  program
    .command('migrate')
    .description('update the database to the latest schema')
    .action(runMigrate);
}

// Each process loads what it needs and no more: a worker without pages and commands has half the memory.
async function runWeb(context: Context) {
  const { startServer } = await import('../server.ts');
  return (await startServer(context)).close;
}

async function runWorker(context: Context) {
  if (!(await copyOf(context.db))) return beginWork(context);
  // everything is held, and the log of who owns the database has said so
  const stopper = new AbortController();
  const { signal } = stopper;
  let stop: (() => Promise<void>) | undefined;
  const waiting = (async () => {
    while (!signal.aborted && (await copyOf(context.db)))
      await setTimeout(1_000, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) stop = await beginWork(context);
  })();
  waiting.catch((err) => context.log.error({ err }, 'whether this copy was released is unknown'));
  return async () => {
    stopper.abort();
    await waiting.catch(() => undefined);
    await stop?.();
  };
}

async function beginWork(context: Context) {
  stepBehind();
  const { startWorker } = await import('../../workers/main.ts');
  const { openWorkerMetrics, serveWorkerMetrics } = await import('../../workers/metrics.ts');
  const { workerMetricsPort: port } = context.config;
  const metrics = port === undefined ? undefined : openWorkerMetrics();
  const served = metrics && port && (await serveWorkerMetrics(metrics, port));
  const { stop } = await startWorker(context, metrics);
  boundNursery();
  return async () => {
    await stop();
    if (served) served.close();
  };
}

async function runStart(): Promise<void> {
  const config = configFromEnvironment();
  const log = openLog(config.logLevel, 'start');
  const { CannotRun, start } = await import('../start.ts');
  const stopper = new AbortController();
  const starting = start(config, log, { signal: stopper.signal });
  stopOnSignal(
    log,
    async () => {
      stopper.abort();
      await (await starting.catch(() => undefined))?.stop();
    },
    // Longer than its children have.
    config.stopGrace + 15,
  );
  let code: number;
  try {
    const running = await starting;
    say(`Gaceta runs at ${config.publicUrl}`);
    say(`  operators   ${config.publicUrl}/console`);
    if (running.setupPath) say(setUpLine(config, running.setupPath));
    if (running.mailbox)
      say(`  mailbox     ${running.mailbox.pageUrl} (SMTP_URL is unset: no email is sent out)`);
    code = await running.broken;
    await running.stop();
  } catch (error) {
    // who stops it ends it
    if (stopper.signal.aborted) return;
    code = error instanceof CannotRun ? error.code : fail(error, false);
  }
  process.exit(code);
}

const setUpLine = ({ publicUrl }: Config, path: string) =>
  `  one-time set-up link, valid for one hour: ${publicUrl}${path}`;

/**
 * Runs one process of the service until a signal; tells the one that forked it when it is ready, or that
 * starting it again would not help.
 */
async function runChild(
  role: 'web' | 'worker',
  run: (context: Context) => Promise<() => Promise<void>>,
): Promise<void> {
  let context: Context | undefined;
  let stopping = false;
  try {
    const config = configFromEnvironment();
    const log = openLog(config.logLevel, role);
    const services = await attachServices(config);
    context = await openContext(config, services.databaseUrl, log);
    if (role === 'worker' && context.relays.length === 0)
      throw new ConfigError([
        'SMTP_URL is unset and no "gaceta start" with an embedded mailbox runs: set SMTP_URL to your relay',
      ]);
    const setupPath = await makeFirst(context.db, config, { anew: false });
    const { queues, close } = context;
    const stop = await run(context);
    stopOnSignal(
      log,
      async () => {
        stopping = true;
        await stop();
        await close();
      },
      role === 'worker' ? config.stopGrace : 45,
    );
    // a web process takes sign-ups without the queue; a worker without it does nothing
    if (role === 'worker') {
      const late = globalThis.setTimeout(
        () => log.warn('not ready: the queue does not answer yet'),
        2_000,
      );
      await queues.answers().finally(() => clearTimeout(late));
    }
    if (setupPath) say(setUpLine(config, setupPath));
    log.info('ready');
    process.send?.('ready');
  } catch (error) {
    if (stopping) return;
    await context?.close().catch(() => undefined);
    const code = fail(error, false);
    const cannotRun = error instanceof ConfigError || error instanceof CannotListen;
    if (cannotRun && process.send) process.send({ cannotRun: code }, () => process.exit(code));
    else process.exit(code);
  }
}

async function runMigrate(): Promise<void> {
  const config = configFromEnvironment();
  const log = openLog(config.logLevel, 'migrate');
  // the command that starts an embedded database brings it up to date
  if (config.databaseUrl) {
    report(await migrateAll(config.databaseUrl));
    const setupPath = await makeFirstIn(config.databaseUrl, config);
    if (setupPath) say(setUpLine(config, setupPath));
    return;
  }
  const services = await borrowServices(config, log);
  await services.close();
  report([]);
}

const report = (names: string[]) =>
  say(names.length > 0 ? `migrated: ${names.join(', ')}` : 'the database is up to date');

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
