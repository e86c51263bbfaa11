import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { dataFolder, gaceta, type Program } from '../harness/program.ts';
import { freePort } from '../harness/redis.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function startIn(folder: string, port: number): Promise<Program> {
  const program = gaceta(['start'], {
    DATA_DIR: folder,
    PORT: String(port),
    MAILBOX_PORT: '0',
  });
  undo.push(async () => {
    program.child.kill('SIGTERM');
    await program.ended;
  });
  await eventually(async () => {
    if (program.child.exitCode !== null) throw new Error(program.stderr());
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect(program.stderr()).toContain('Gaceta runs at');
  });
  return program;
}

/** Every process whose command line names this folder, and their children. */
function processesOf(folder: string, root: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const all = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line));
  const found = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const match of all) {
      const [, pid, parent, args] = match ?? [];
      if (!pid || found.has(Number(pid))) continue;
      if (found.has(Number(parent)) || (args?.includes(folder) && !args.includes('ps -eo'))) {
        found.add(Number(pid));
        grew = true;
      }
    }
  }
  return [...found];
}

const signUp = (port: number, email: string) =>
  fetch(`http://127.0.0.1:${port}/subscribe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, newsletter: 'daily' }),
  });

const readers = (folder: string) => {
  const listed = gaceta(['subscribers', 'list', '--json'], { DATA_DIR: folder });
  return listed.ended.then(() => JSON.parse(listed.stdout()) as { data: { email: string }[] });
};

test('kill -9 of everything and start again: it comes up and nothing is lost', async () => {
  const { path, remove } = dataFolder();
  undo.push(remove);
  const port = await freePort();
  const first = await startIn(path, port);
  expect(first.stderr()).toMatch(/\/console\/setup\/\S+/);
  expect((await signUp(port, 'kept@reader.example')).status).toBe(202);

  for (const pid of processesOf(path, first.child.pid ?? 0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // ended with another one already
    }
  }
  await first.ended;

  await startIn(path, port);
  const { data } = await readers(path);
  expect(data.map(({ email }) => email)).toContain('kept@reader.example');
});

test('a web process that dies is started again', async () => {
  const { path, remove } = dataFolder();
  undo.push(remove);
  const port = await freePort();
  const program = await startIn(path, port);
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(program.child.pid)], {
    encoding: 'utf8',
  });
  const web = /^\s*(\d+) .* web$/m.exec(children)?.[1];
  process.kill(Number(web), 'SIGKILL');
  await eventually(async () => {
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });
  await eventually(async () =>
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200),
  );
});

test('a second start on the same folder is refused with one clear line', async () => {
  const { path, remove } = dataFolder();
  undo.push(remove);
  await startIn(path, await freePort());
  const second = gaceta(['start'], { DATA_DIR: path, PORT: '0', MAILBOX_PORT: '0' });
  expect(await second.ended).toBe(1);
  expect(second.stderr()).toMatch(/is in use by a running gaceta start/);
});

test('a taken port ends the start with one clear line', async () => {
  const { path, remove } = dataFolder();
  undo.push(remove);
  const port = await freePort();
  await startIn(path, port);
  const other = dataFolder();
  undo.push(other.remove);
  const second = gaceta(['start'], { DATA_DIR: other.path, PORT: String(port), MAILBOX_PORT: '0' });
  expect(await second.ended).toBe(1);
  expect(second.stderr()).not.toContain('runs at');
  expect(second.stderr()).toMatch(/Cannot listen on 127\.0\.0\.1:\d+ .*set PORT/);
});
