import type { Command } from 'commander';
import { ConfigError, configFromEnvironment } from '../config.ts';
import { type Context, openContext } from '../context.ts';
import { CannotListen, HOPELESS } from '../process/exit-codes.ts';
import { boundNursery } from '../process/gc-tuning.ts';
import { type Logger, openLog } from '../process/log.ts';
import { stepBehind } from '../process/nice.ts';
import { stopOnSignal } from '../process/shutdown.ts';
import { attachServices, borrowServices, migrateAll } from '../services.ts';

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
  stepBehind();
  const { startWorker } = await import('../../workers/main.ts');
  const { stop } = await startWorker(context);
  boundNursery();
  return stop;
}

async function runStart(): Promise<void> {
  const config = configFromEnvironment();
  const log = openLog(config.logLevel, 'start');
  const { start } = await import('../start.ts');
  const running = await start(config, log);
  // Longer than its children have.
  stopOnSignal(log, running.stop, config.stopGrace + 15);
  say(`Gaceta runs at ${config.publicUrl}`);
  say(`  operators   ${config.publicUrl}/console`);
  if (running.setupPath)
    say(`  one-time set-up link, valid for one hour: ${config.publicUrl}${running.setupPath}`);
  if (running.mailbox)
    say(`  mailbox     ${running.mailbox.pageUrl} (SMTP_URL is unset: no email is sent out)`);
  const code = await running.broken;
  await running.stop();
  process.exit(code);
}

/** Runs one process of the service until a signal; tells the one that forked it when it is ready. */
async function runChild(
  role: 'web' | 'worker',
  run: (context: Context) => Promise<() => Promise<void>>,
): Promise<void> {
  let log: Logger | undefined;
  try {
    const config = configFromEnvironment();
    log = openLog(config.logLevel, role);
    const services = await attachServices(config);
    const context = await openContext(config, services.databaseUrl, log);
    if (role === 'worker' && context.relays.length === 0)
      throw new ConfigError([
        'SMTP_URL is unset and no "gaceta start" with an embedded mailbox runs: set SMTP_URL to your relay',
      ]);
    const stop = await run(context);
    stopOnSignal(
      log,
      async () => {
        await stop();
        await context.close();
      },
      role === 'worker' ? config.stopGrace : 45,
    );
    log.info('ready');
    process.send?.('ready');
  } catch (error) {
    const hopeless = error instanceof ConfigError || error instanceof CannotListen;
    if (!hopeless || !process.channel) throw error;
    say((error as Error).message);
    process.exit(HOPELESS);
  }
}

async function runMigrate(): Promise<void> {
  const config = configFromEnvironment();
  const log = openLog(config.logLevel, 'migrate');
  // an embedded database is brought up to date by whoever starts it
  if (config.databaseUrl) return report(await migrateAll(config.databaseUrl));
  const services = await borrowServices(config, log);
  await services.close();
  report([]);
}

const report = (names: string[]) =>
  say(names.length > 0 ? `migrated: ${names.join(', ')}` : 'the database is up to date');

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
