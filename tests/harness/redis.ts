import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { inject } from 'vitest';

export interface TestRedis {
  url: string;
  /** SIGKILL, as a crash would. */
  kill(): void;
  close(): Promise<void>;
}

/** Undefined where a suite on Redis can run, else the reason it is skipped. */
export const redisMissing = (): string | undefined => {
  const found = inject('redisServer');
  return 'missing' in found ? found.missing : undefined;
};

/** Starts a redis-server of the test's own, on a free port, that keeps nothing. */
export async function startRedis(port?: number): Promise<TestRedis> {
  const found = inject('redisServer');
  if ('missing' in found) throw new Error(found.missing);
  const chosen = port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-redis-'));
  const options = ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = spawn(found.path, [...options, '--appendonly', 'no'], { stdio: 'ignore' });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const killAtExit = () => {
    child.kill('SIGKILL');
    remove();
  };
  const ended = new Promise<void>((done) =>
    child.once('exit', () => {
      process.removeListener('exit', killAtExit);
      remove();
      done();
    }),
  );
  process.once('exit', killAtExit);
  const url = `redis://127.0.0.1:${chosen}`;
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on('error', () => undefined); // refused until it listens
  await client.ping();
  await client.quit();
  return {
    url,
    kill: () => void child.kill('SIGKILL'),
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A port of loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object'
          ? done(address.port)
          : failed(new Error('no address')),
      );
    });
  });
}
