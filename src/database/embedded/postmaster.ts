import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { EmbeddedFailed } from './errors.ts';
import type { Place } from './location.ts';

/**
 * The process id of the living postmaster of a cluster, else null. Its pid file alone proves
 * nothing: the process may be dead, a zombie nobody reaps, or by now another program; so the
 * command line must be the one `launch` makes.
 */
export function findPostmaster(cluster: string): number | null {
  const pid = firstNumber(join(cluster, 'postmaster.pid'));
  return pid !== null && isPostmaster(pid, cluster) ? pid : null;
}

/**
 * Removes the lock files of a postmaster that is gone. PostgreSQL does so itself unless the pid in
 * them answers, as a zombie or another program of the same account does.
 */
export function removeStaleLocks(place: Place): void {
  const socket = join(place.sockets, '.s.PGSQL.5432');
  for (const lock of [join(place.cluster, 'postmaster.pid'), `${socket}.lock`]) {
    const pid = firstNumber(lock);
    if (pid === null || isPostmaster(pid, place.cluster)) continue;
    fs.rmSync(lock, { force: true });
    if (lock.startsWith(socket)) fs.rmSync(socket, { force: true });
  }
}

/** Starts a postmaster in a process group of its own: Ctrl-C in the terminal reaches Gaceta alone,
 * which drains before it stops the database. What it says is appended to `logFile`. */
export function launch(
  postgres: string,
  place: Place,
  flags: readonly string[],
  logFile: string,
  account: { uid?: number; gid?: number; env: NodeJS.ProcessEnv },
): ChildProcess {
  const said = fs.openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(postgres, ['-D', place.cluster, '-k', place.sockets, ...flags], {
      ...account,
      cwd: place.sockets,
      detached: true,
      stdio: ['ignore', said, said],
    });
    child.unref();
    return child;
  } finally {
    fs.closeSync(said);
  }
}

/** Sends a signal to the postmaster of a cluster; true if there was one. */
export function signalPostmaster(cluster: string, name: NodeJS.Signals): boolean {
  const pid = findPostmaster(cluster);
  if (pid === null) return false;
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false; // it ended in between
  }
}

/**
 * Stops a server: open transactions are rolled back, everything is on disk afterwards.
 * @throws EmbeddedFailed when it has not ended after 60 s
 */
export async function stopPostmaster(cluster: string): Promise<void> {
  signalPostmaster(cluster, 'SIGINT'); // PostgreSQL's "fast" shutdown
  const end = Date.now() + 60_000;
  while (findPostmaster(cluster) !== null) {
    if (Date.now() > end) {
      throw new EmbeddedFailed(
        `PostgreSQL did not stop within a minute; it is process ${findPostmaster(cluster)}.`,
      );
    }
    await setTimeout(10);
  }
}

function isPostmaster(pid: number, cluster: string): boolean {
  if (process.platform !== 'linux') {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  }
  try {
    // empty for a zombie; /proc/PID/cwd would need a right that root lacks in a container
    const [program, flag, folder] = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return basename(program ?? '') === 'postgres' && flag === '-D' && folder === cluster;
  } catch {
    return false; // no such process
  }
}

function firstNumber(file: string): number | null {
  try {
    const number = Number.parseInt(fs.readFileSync(file, 'utf8'), 10);
    return Number.isSafeInteger(number) && number > 0 ? number : null;
  } catch {
    return null; // no such file
  }
}
