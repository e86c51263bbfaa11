import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { NotOurs } from './run.ts';

/** What the child process is told. */
export interface ApartTask {
  id: string;
  databaseUrl: string;
  folder: string;
  /** What addresses are hashed with. */
  addressKey: Uint8Array;
}
/** What it answers before it ends. */
export type ApartEnd = 'over' | 'not ours' | { fault: string };

/** The child process broke off; another one may go on with the import. */
class ImportBrokeOff extends Error {
  override name = 'ImportBrokeOff';
}

/**
 * Works on an import as workOn does, in a child process that stands behind all others of the machine: reading a large
 * file takes a third of a processor, which readers who sign up at the same time would wait for. Ends it, when `signal`
 * says so, behind what is being stored. Throws NotOurs, ImportBrokeOff.
 */
export async function workApart(task: ApartTask, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const child = fork(join(import.meta.dirname, 'process.ts'), [], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = () => {
    if (child.connected) child.disconnect();
  };
  signal.addEventListener('abort', stop);
  let end: ApartEnd | undefined;
  child.on('message', (message: ApartEnd) => {
    end = message;
  });
  try {
    child.send(task);
    await once(child, 'exit');
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (end === 'not ours') throw new NotOurs();
  if (typeof end === 'object') throw new ImportBrokeOff(end.fault);
  if (end === undefined && !signal.aborted)
    throw new ImportBrokeOff(`its process ended with ${child.exitCode ?? child.signalCode}`);
}
