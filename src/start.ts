import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { backOffMs } from './backoff.ts';
import { type Config, childEnvironment } from './config.ts';
import { MAILBOX_SETTING } from './context.ts';
import { openDatabase } from './database/connection.ts';
import { putSetting } from './database/settings.ts';
import { makeFirst } from './first-start.ts';
import { type MailboxServer, startMailbox } from './mail-catcher/catcher.ts';
import type { Logger } from './process/log.ts';
import { ownServices } from './services.ts';

/** A child cannot run at all (wrong configuration, port taken); it has said why. `code` is its exit code. */
export class CannotRun extends Error {
  override name = 'CannotRun';
  readonly code: number;
  constructor(code: number) {
    super('Gaceta cannot run as it is configured.');
    this.code = code;
  }
}

/** A running Gaceta: the embedded services this process owns, and web and worker as its children. */
export interface Running {
  /** Path of the one-time link that makes the first operator, while there is none. */
  setupPath: string | undefined;
  mailbox: MailboxServer | undefined;
  databaseUrl: string;
  /** Resolves when a child turns out to be unable to run at all: its exit code. */
  broken: Promise<number>;
  /** Ends web and worker as at a stop, and starts them again with the code as it is now. */
  restart(): void;
  stop(): Promise<void>;
}

/**
 * Starts what is embedded, brings the schema up to date, then runs web and worker as children and
 * restarts one that dies. Resolves when both are ready. Closes what it opened and throws CannotRun when one
 * cannot run, or what `signal` was aborted with.
 */
export async function start(
  config: Config,
  log: Logger,
  {
    environment = childEnvironment({}),
    signal,
  }: { environment?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<Running> {
  const services = await ownServices(config, log);
  const undo: (() => Promise<void>)[] = [services.close];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { db, close } = openDatabase(services.databaseUrl, { max: 2 });
    undo.push(close);
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
    const setupPath = await makeFirst(db, config, { anew: true });

    signal?.throwIfAborted();
    const children = [
      keepRunning('web', log, environment),
      keepRunning('worker', log, environment),
    ];
    undo.push(async () => {
      // At once: the worker starts nothing more from now on, however long the web process takes.
      await Promise.all(children.map((child) => child.stop()));
    });
    const broken = Promise.race(children.map((child) => child.broken));
    const aborted = new Promise<never>((_, reject) =>
      signal?.addEventListener('abort', () => reject(signal.reason as Error)),
    );
    const code = await Promise.race([
      Promise.all(children.map((child) => child.ready)).then(() => undefined),
      broken,
      aborted,
    ]);
    if (code !== undefined) throw new CannotRun(code);
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
  let failures = 0;
  let stopping = false;
  let restarting = false;
  const launch = () => {
    const startedAt = Date.now();
    const launched = fork(join(import.meta.dirname, '../bin/gaceta.js'), [role], {
      stdio: 'inherit',
      env,
    });
    child = launched;
    let cannotRun = false;
    launched.on('message', (message) => {
      if (message === 'ready') ready.resolve();
      else cannotRun = true;
    });
    launched.once('exit', (code, signal) => {
      child = undefined;
      if (stopping) return;
      if (restarting) {
        restarting = false;
        launch();
        return;
      }
      if (cannotRun) {
        broken.resolve(code ?? 1);
        return;
      }
      failures = Date.now() - startedAt > 60_000 ? 1 : failures + 1;
      const pause = backOffMs(failures, { firstMs: 1_000, longestMs: 30_000 });
      log.error({ role, code, signal, pause }, 'a process died; starting it again');
      again = setTimeout(launch, pause);
    });
  };
  launch();
  return {
    ready: ready.promise,
    broken: broken.promise,
    restart() {
      if (restarting) return;
      clearTimeout(again);
      failures = 0;
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
