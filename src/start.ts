import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type Config, childEnvironment } from './config.ts';
import { MAILBOX_SETTING } from './context.ts';
import { openDatabase } from './database/connection.ts';
import { putSetting } from './database/settings.ts';
import { type MailboxServer, startMailbox } from './mail-catcher/catcher.ts';
import { ensureFirstNewsletter } from './newsletters/newsletters.ts';
import { ensureFirstOperator } from './operators/first-operator.ts';
import { HOPELESS } from './process/exit-codes.ts';
import type { Logger } from './process/log.ts';
import { ownServices } from './services.ts';

/** A running Gaceta: the embedded services this process owns, and web and worker as its children. */
export interface Running {
  /** Path of the one-time link that makes the first operator, while there is none. */
  setupPath: string | undefined;
  mailbox: MailboxServer | undefined;
  databaseUrl: string;
  /** Resolves when a child cannot run at all (wrong configuration, port taken): its exit code. */
  broken: Promise<number>;
  /** Ends web and worker as at a stop, and starts them again with the code as it is now. */
  restart(): void;
  stop(): Promise<void>;
}

/**
 * Starts what is embedded, brings the schema up to date, then runs web and worker as children and
 * restarts one that dies. Resolves when both are ready, or one turned out hopeless.
 */
export async function start(
  config: Config,
  log: Logger,
  environment: NodeJS.ProcessEnv = childEnvironment({}),
): Promise<Running> {
  const services = await ownServices(config, log);
  const undo: (() => Promise<void>)[] = [services.close];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { db, close } = openDatabase(services.databaseUrl, { max: 2 });
    const mailbox = config.relays
      ? undefined
      : await startMailbox({
          httpPort: config.mailboxPort,
          dir: join(config.dataDir, 'mailbox'),
          log,
        });
    if (mailbox) {
      undo.push(() => mailbox.close());
      await putSetting(db, MAILBOX_SETTING, { smtpUrl: mailbox.smtpUrl, pageUrl: mailbox.pageUrl });
    }
    await ensureFirstNewsletter(db);
    const setupPath = await ensureFirstOperator(db, config.operator);
    await close();

    const children = [
      keepRunning('web', log, environment),
      keepRunning('worker', log, environment),
    ];
    undo.push(async () => {
      // At once: the worker starts nothing more from now on, however long the web process takes.
      await Promise.all(children.map((child) => child.stop()));
    });
    const broken = Promise.race(children.map((child) => child.broken));
    await Promise.race([Promise.all(children.map((child) => child.ready)), broken]);
    const restart = () => {
      for (const child of children) child.restart();
    };
    return { setupPath, mailbox, databaseUrl: services.databaseUrl, broken, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Child {
  ready: Promise<void>;
  broken: Promise<number>;
  restart(): void;
  stop(): Promise<void>;
}

/** Runs `gaceta <role>` as a child; one that dies is started again after 1 s, doubling to 30 s. */
function keepRunning(role: 'web' | 'worker', log: Logger, env: NodeJS.ProcessEnv): Child {
  const ready = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<number>();
  let child: ChildProcess | undefined;
  let again: NodeJS.Timeout | undefined;
  let pause = 1_000;
  let stopping = false;
  let restarting = false;
  const launch = () => {
    const startedAt = Date.now();
    const launched = fork(join(import.meta.dirname, '../bin/gaceta.js'), [role], {
      stdio: 'inherit',
      env,
    });
    child = launched;
    launched.on('message', () => ready.resolve());
    launched.once('exit', (code, signal) => {
      child = undefined;
      if (stopping) return;
      if (restarting) {
        restarting = false;
        launch();
        return;
      }
      if (code === HOPELESS) {
        broken.resolve(code);
        return;
      }
      if (Date.now() - startedAt > 60_000) pause = 1_000;
      log.error({ role, code, signal, pause }, 'a process died; starting it again');
      again = setTimeout(launch, pause);
      pause = Math.min(pause * 2, 30_000);
    });
  };
  launch();
  return {
    ready: ready.promise,
    broken: broken.promise,
    restart() {
      if (restarting) return;
      clearTimeout(again);
      pause = 1_000;
      restarting = child !== undefined;
      if (child) child.kill('SIGTERM');
      else launch();
    },
    async stop() {
      stopping = true;
      clearTimeout(again);
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise<void>((done) => running.once('exit', () => done()));
      running.kill('SIGTERM');
      await ended;
    },
  };
}
