import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from '../harness/redis.ts';

export interface Rspamd {
  /** The score of each symbol that a message earns; headers say what its envelope was. */
  symbols(message: Buffer, envelope?: Record<string, string>): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** Starts rspamd with its own rules, on loopback, with no Redis and no maps, and no DNS but one that is named. */
export async function startRspamd(program: string, nameServer = '127.0.0.1:9'): Promise<Rspamd> {
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-rspamd-'));
  const port = await freePort();
  const local = join(folder, 'local.d');
  mkdirSync(local);
  const settings = {
    'worker-normal.inc': `bind_socket = "127.0.0.1:${port}"; count = 1;`,
    'worker-controller.inc': 'enabled = false;',
    'worker-proxy.inc': 'enabled = false;',
    'worker-fuzzy.inc': 'enabled = false;',
    'logging.inc': `type = "file"; filename = "${join(folder, 'log')}";`,
    'options.inc': `pidfile = false; dns { nameserver = ["${nameServer}"]; timeout = ${nameServer === '127.0.0.1:9' ? '0.05s' : '5s'}; retransmits = 1; }`,
  };
  for (const [file, text] of Object.entries(settings)) writeFileSync(join(local, file), text);
  const variables = ['LOCAL_CONFDIR', 'DBDIR', 'RUNDIR'].map((name) => `--var=${name}=${folder}`);
  const child: ChildProcess = spawn(program, ['-f', '-i', ...variables], { stdio: 'ignore' });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  process.once('exit', () => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(
    async () => {
      const response = await fetch(`${url}/ping`);
      if (!response.ok) throw new Error(`rspamd answers ${response.status}`);
    },
    { timeout: 270_000, interval: 200 },
  );
  return {
    async symbols(message, envelope = {}) {
      const response = await fetch(`${url}/checkv2`, {
        method: 'POST',
        body: new Uint8Array(message),
        headers: { From: 'bounce@news.example.org', Rcpt: 'ana@example.org', ...envelope },
      });
      const { symbols } = (await response.json()) as { symbols: Record<string, { score: number }> };
      return Object.fromEntries(Object.entries(symbols).map(([name, { score }]) => [name, score]));
    },
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
