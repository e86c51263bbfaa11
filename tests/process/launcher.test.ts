import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { olderNode } from '../harness/older-node.ts';
import { dataFolder, gaceta } from '../harness/program.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/gaceta.js');

const older = olderNode();
if (!older) console.warn('skipped: starting Gaceta under an older Node, for there is none on PATH');

const folder = mkdtempSync(join(tmpdir(), 'gaceta-launcher-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.runIf(older)('goes on under the Node that npm brought, with its answer and exit code', () => {
  const run = (...args: string[]) =>
    spawnSync(String(older), [LAUNCHER, ...args], { encoding: 'utf8' });
  expect(run('--version')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d/),
    stderr: '',
  });
  expect(run('nonsense')).toMatchObject({ status: 2, stderr: expect.stringContaining('nonsense') });
});

it.runIf(older)('says in one line which Node it needs where npm brought none', () => {
  cpSync(join(LAUNCHER, '..'), join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const { status, stderr } = spawnSync(String(older), [join(folder, 'bin/gaceta.js'), 'start'], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Gaceta needs Node 24 or newer and this is v\d+\.[^\n]+\n$/);
});

it.runIf(older).each(['SIGTERM', 'SIGKILL'] as const)(
  'ends the program with the process that a person started: %s',
  async (signal) => {
    const data = dataFolder();
    const launcher = spawn(String(older), [LAUNCHER, 'start'], {
      env: { PATH: process.env.PATH, DATA_DIR: data.path, PORT: '0', MAILBOX_PORT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    launcher.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await eventually(() => expect(said).toContain('Gaceta runs at'));
    const inside = Number(
      execFileSync('ps', ['-o', 'pid=', '--ppid', String(launcher.pid)], { encoding: 'utf8' }),
    );
    launcher.kill(signal);
    await eventually(() => expect(() => process.kill(inside, 0)).toThrow('ESRCH'));
    if (signal === 'SIGTERM') await eventually(() => expect(launcher.exitCode).toBe(0));
    data.remove();
  },
);

it('starts nothing twice under a Node that will do', async () => {
  const program = gaceta(['--version']);
  expect(await program.ended).toBe(0);
  expect(program.stderr()).toBe('');
});
