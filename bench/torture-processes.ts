import type { ChildProcess } from 'node:child_process';
import { type Embedded, startEmbedded } from '../src/database/embedded/embedded.ts';
import { ended } from './postfix.ts';

/** Something that is killed now and then, and comes up again. */
export interface Victim {
  name: string;
  /** SIGKILL, then up again after a while; resolves when it is. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A child that is started again whenever it ends, as an operator's supervisor would. */
export async function keepUp(name: string, start: () => Promise<ChildProcess>): Promise<Victim> {
  let child = await start();
  let stopping = false;
  const again = async () => {
    while (!stopping) {
      try {
        child = await start();
        watch();
        return;
      } catch {
        // Its database or its queue is down as well.
        await pause(300);
      }
    }
  };
  let restarting: Promise<void> = Promise.resolve();
  const watch = () => {
    child.once('exit', () => {
      if (!stopping) restarting = again();
    });
  };
  watch();
  return {
    name,
    async kill() {
      await restarting;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (!child.kill('SIGKILL')) return;
      await gone;
    },
    async stop() {
      stopping = true;
      await restarting;
      await ended(child);
    },
  };
}

/** The embedded PostgreSQL, whose postmaster and all of whose backends are killed. */
export function postgresVictim(first: Embedded, folder: string): Victim {
  let server = first;
  return {
    name: 'postgres',
    async kill() {
      server.kill();
      await pause(Math.random() * 500);
      server = await startEmbedded(folder);
    },
    stop: () => server.stop(),
  };
}
