import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { freePort } from './free-port.ts';
import { killAtExit } from './kill-at-exit.ts';

export interface Measured {
  name: string;
  /** The first time it was asked for. */
  firstMs: number;
  medianMs: number;
  kilobytes: number;
}

/** Asks for each page in turn, round by round, so that what the machine does meanwhile befalls all. */
export async function inTurns(
  addresses: Map<string, string>,
  { rounds, headers = {} }: { rounds: number; headers?: Record<string, string> },
): Promise<Measured[]> {
  const agent = new Agent({ pipelining: 1 });
  const times = new Map<string, number[]>();
  const bytes = new Map<string, number>();
  for (let round = 0; round <= rounds; round++)
    for (const [name, address] of addresses) {
      const answer = await get(address, agent, headers).catch((error: Error) => {
        // a page that fails is told and left out, and the others are measured all the same
        process.stderr.write(`${error.message}\n`);
        addresses.delete(name);
        return undefined;
      });
      if (!answer) continue;
      times.set(name, [...(times.get(name) ?? []), answer.ms]);
      bytes.set(name, answer.bytes);
    }
  await agent.close();
  return [...addresses.keys()].map((name) => {
    const [first = 0, ...rest] = times.get(name) ?? [];
    const sorted = rest.toSorted((a, b) => a - b);
    return {
      name,
      firstMs: first,
      medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
      kilobytes: (bytes.get(name) ?? 0) / 1_000,
    };
  });
}

async function get(
  address: string,
  dispatcher: Agent,
  headers: Record<string, string>,
): Promise<{ ms: number; bytes: number }> {
  const began = performance.now();
  const answer = await request(address, { dispatcher, headers });
  const { byteLength } = await answer.body.arrayBuffer();
  if (answer.statusCode !== 200) throw new Error(`${address} answered ${answer.statusCode}`);
  return { ms: performance.now() - began, bytes: byteLength };
}

/** What pages are compared with: a bare one of a process of its own, on the same database. */
export async function startBare(
  databaseUrl: string,
): Promise<{ address: string; stop: () => void }> {
  const port = await freePort();
  const file = join(import.meta.dirname, 'bare-page.ts');
  const child = spawn(process.execPath, [file, databaseUrl, String(port)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  killAtExit(child);
  await once(child, 'message');
  return { address: `http://127.0.0.1:${port}/bare`, stop: () => child.kill('SIGTERM') };
}
