import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { killAtExit } from './kill-at-exit.ts';

/** A program of Postfix's, and the environment it runs in. */
export interface PostfixProgram {
  path: string;
  env: Record<string, string>;
}

/** smtp-sink or smtp-source: installed, or unpacked by `fetch-postfix.sh`; undefined when in neither place. */
export function findPostfix(program: 'smtp-sink' | 'smtp-source'): PostfixProgram | undefined {
  const unpacked = join(import.meta.dirname, '.postfix');
  const path = join(unpacked, 'usr/sbin', program);
  if (existsSync(path))
    return { path, env: { LD_LIBRARY_PATH: join(unpacked, 'usr/lib/postfix') } };
  try {
    const found = execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${program}`]);
    return { path: found.toString().trim(), env: {} };
  } catch {
    return undefined;
  }
}

/** An SMTP server that takes everything and keeps nothing. */
export interface RunningSink {
  port: number;
  pid: number;
  close(): Promise<void>;
}

/** Starts smtp-sink on a free port of loopback. `features` are its flags, such as `-p` for no PIPELINING. */
export async function startSmtpSink(features: string[] = []): Promise<RunningSink> {
  const program = findPostfix('smtp-sink');
  if (!program) throw new Error('smtp-sink is not there: run bench/fetch-postfix.sh');
  const port = await freePort();
  const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const flags = [...account, ...features, '-m', '1000', `127.0.0.1:${port}`, '1000'];
  const child = spawn(program.path, flags, {
    env: program.env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  killAtExit(child);
  await listening(port, child);
  return { port, pid: child.pid ?? 0, close: () => ended(child) };
}

/** Ends a child and waits for it. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** Waits until somebody listens on a port; rejects when the child ends instead. */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`the server on port ${port} ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
