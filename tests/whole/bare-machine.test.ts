import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHECKS } from '../../demo/story.ts';
import { type As, type Debian, debianMissing, makeDebian, SYSTEM_PATH } from '../harness/debian.ts';
import { commandOf, isIgnored, readDockerfile } from '../harness/dockerfile.ts';
import { olderNode } from '../harness/older-node.ts';
import { freePort } from '../harness/redis.ts';

const top = join(import.meta.dirname, '../..');
const read = (file: string) => fs.readFileSync(join(top, file), 'utf8');
/** What a clone holds, and what is about to be committed. */
const files = () =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: top,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file && fs.existsSync(join(top, file)));

function copyTo(folder: string, wanted: string[]): void {
  for (const file of wanted) {
    fs.mkdirSync(dirname(join(folder, file)), { recursive: true });
    fs.copyFileSync(join(top, file), join(folder, file));
  }
}

// Each installs a system and all packages, beside other tests.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

describe.skipIf(debianMissing()).concurrent('a Debian with nothing on it', () => {
  let debian: Debian;
  let remove: () => void;
  beforeAll(async () => {
    ({ debian, remove } = await makeDebian());
  });
  afterAll(() => remove());

  test('shows the demo to an ordinary user with Node 20 or newer, and npm warns of nothing', async () => {
    const machine = await debian.copy();
    await machine.addNode(olderNode() ?? process.execPath);
    await machine.run(['useradd', '--create-home', 'newcomer']);
    const folder = '/home/newcomer/gaceta';
    copyTo(join(machine.root, folder), files());
    await machine.run(['chown', '-R', 'newcomer:', folder]);
    const newcomer: As = { user: 'newcomer', folder, env: { HOME: '/home/newcomer' } };
    expect(await machine.run(['npm', 'ci'], newcomer)).toMatch(/^\s*added \d+ packages in \S+\s*$/);
    const demo = 'PORT=0 MAILBOX_PORT=0 npm run --silent demo -- --exit --json 2>/dev/null';
    expect(JSON.parse(await machine.run(['sh', '-c', demo], newcomer))).toMatchObject({
      ok: true,
      checks: Object.fromEntries(CHECKS.map((name) => [name, true])),
    });
  });

  test('runs the image that the Dockerfile describes', async () => {
    const { machine, as, command, healthy } = await buildImage(debian);
    const port = String(await freePort());
    const env = { ...as.env, PORT: port, MAILBOX_PORT: '0' };
    const service = machine.start(command, { ...as, env });
    let over = false;
    void service.ended.then(() => {
      over = true;
    });
    const up = async () => over || (await service.exec(healthy));
    await vi.waitFor(up, { timeout: 600_000, interval: 500 });
    expect(over, service.said()).toBe(false);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);

    const cli = async (...args: string[]) =>
      JSON.parse(await service.exec(['node', 'bin/gaceta.js', ...args, '--json']));
    const csv =
      'email,consent_source,consent_at\nreader@reader.example,paper,2026-01-01T00:00:00Z\n';
    fs.writeFileSync(join(machine.root, 'tmp/readers.csv'), csv);
    await cli('subscribers', 'import', '--newsletter', 'daily', '/tmp/readers.csv');
    await cli(
      'articles',
      'add',
      '--newsletter',
      'daily',
      '--title',
      'A harbour',
      '--url',
      'https://news.example/1',
    );
    expect(
      await cli('editions', 'send', '--newsletter', 'daily', '--kind', 'daily', '--wait'),
    ).toMatchObject({ state: 'sent', ledger: { sent: 1 } });

    service.signal('SIGTERM');
    expect(await service.ended, service.said()).toBe(0);
  });
});

/** Carries out the Dockerfile's steps; the images it is made from are the bare Debian, with Node where they have it. */
async function buildImage(debian: Debian) {
  const stages = new Map<string, Debian>();
  let machine = debian;
  let as: As = {};
  let command: string[] = [];
  let healthy: string[] = [];
  const steps: Record<string, (argument: string, stage: string) => unknown> = {
    async FROM(argument, stage) {
      machine = await debian.copy();
      if (/^node:24-bookworm-slim\b/.test(argument)) await machine.addNode(process.execPath);
      else expect(argument).toBe('debian:bookworm-slim');
      stages.set(stage, machine);
      as = {};
    },
    ENV(argument) {
      const pairs = argument
        .replaceAll('$PATH', SYSTEM_PATH)
        .split(/\s+/)
        .map((pair) => pair.split('=') as [string, string]);
      as = { ...as, env: { ...as.env, ...Object.fromEntries(pairs) } };
    },
    WORKDIR(folder) {
      fs.mkdirSync(join(machine.root, folder), { recursive: true });
      as = { ...as, folder };
    },
    USER(user) {
      as = { ...as, user };
    },
    async COPY(argument) {
      const [, stage, names = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(argument) ?? [];
      const sources = names.split(' ');
      const to = join(machine.root, resolve(as.folder ?? '/', sources.pop() ?? ''));
      const from = stage && stages.get(stage);
      if (from) execFileSync('cp', ['-a', `${join(from.root, sources[0] ?? '')}/.`, to]);
      else
        copyTo(
          to,
          context().filter((file) => sources.includes('.') || sources.includes(file)),
        );
    },
    RUN: (argument) => machine.run(commandOf(argument), as),
    HEALTHCHECK(argument) {
      healthy = commandOf(argument.replace(/^.* CMD /, ''));
    },
    CMD(argument) {
      command = commandOf(argument);
    },
    VOLUME: () => undefined,
    EXPOSE: () => undefined,
  };
  for (const { stage, instruction, argument } of readDockerfile(read('Dockerfile'))) {
    const step = steps[instruction];
    if (!step) throw new Error(`this test does not know ${instruction}`);
    await step(argument, stage);
  }
  return { machine, as, command, healthy };
}

/** What docker would be sent: all that lies here, less .dockerignore. */
const context = () => files().filter((file) => !isIgnored(file, read('.dockerignore')));
