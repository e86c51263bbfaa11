import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../bin/gaceta.js');

export interface Program {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Exit code, or the signal's name. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** Runs the command line as a user would, with only these variables beside PATH. */
export function gaceta(args: string[], variables: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  const killAtExit = () => child.kill('SIGTERM');
  process.once('exit', killAtExit);
  const ended = new Promise<number | NodeJS.Signals | null>((done) =>
    child.once('close', (code, signal) => {
      process.removeListener('exit', killAtExit);
      done(code ?? signal);
    }),
  );
  return { child, stdout: () => said.stdout, stderr: () => said.stderr, ended };
}

/** A folder for DATA_DIR that any account may pass through; `remove` it at the end. */
export function dataFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'gaceta-data-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
