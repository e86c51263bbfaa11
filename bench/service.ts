import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Db } from '../src/database/connection.ts';
import { createApiToken } from '../src/operators/api-tokens.ts';
import { freePort } from './free-port.ts';
import { killAtExit } from './kill-at-exit.ts';
import { listening } from './postfix.ts';

const ROOT = join(import.meta.dirname, '..');

/** One process of Gaceta, started as an operator would. */
export interface Role {
  readonly child: ChildProcess;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts `gaceta web` or `gaceta worker` and waits until it says that it is ready. */
export async function startRole(
  role: 'web' | 'worker',
  environment: Record<string, string>,
): Promise<Role> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/gaceta.js'), role], {
    cwd: environment.DATA_DIR,
    env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  killAtExit(child);
  const gone = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    gone.then(([code]) => {
      throw new Error(`gaceta ${role} ended with ${code}`);
    }),
  ]);
  return {
    child,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await gone;
      }
    },
  };
}

/** Starts redis-server on a free port, with nothing kept. */
export async function startRedis(): Promise<{ url: string; child: ChildProcess; port: number }> {
  const port = await freePort();
  const child = launchRedis(port);
  await listening(port, child);
  return { url: `redis://127.0.0.1:${port}`, child, port };
}

/** Whether redis-server is installed here. */
export function redisIsThere(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v redis-server']);
    return true;
  } catch {
    return false;
  }
}

/** Starts redis-server on a given port. */
export function launchRedis(port: number): ChildProcess {
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  killAtExit(child);
  return child;
}

/** The API as another program uses it. */
export interface Api {
  call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>;
}

/** Makes a token and talks to `gaceta web` with it. */
export async function openApi(db: Db, port: number): Promise<Api> {
  const { token } = await createApiToken(db, { name: `bench ${port}`, role: 'admin' });
  return {
    async call(method, path, body) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
      return answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    },
  };
}
