import type { ChildProcess } from 'node:child_process';

/** Kills a child when this process exits, if it is still there. */
export function killAtExit(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
}
