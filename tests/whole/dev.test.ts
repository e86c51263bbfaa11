import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { eventually } from '../harness/eventually.ts';
import { dataFolder } from '../harness/program.ts';

const root = join(import.meta.dirname, '../..');
const folder = dataFolder();
afterAll(() => folder.remove());

test('npm run dev has a newsroom to look at, and starts again when a file changes', async () => {
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, 'scripts/dev.ts')], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: folder.path,
      PORT: String(port),
      MAILBOX_PORT: String(await freePort()),
    },
  });
  const ended = once(child, 'exit');
  try {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stdout.resume();
    const saysSoon = (words: string) => eventually(() => expect(said).toContain(words));
    await saysSoon('dev@harbourpost.example');
    const page = await fetch(`http://localhost:${port}/`);
    expect(await page.text()).toContain('El Diario');

    const now = new Date();
    utimesSync(join(root, 'src/http/views/reader/preferences.eta'), now, now);
    await saysSoon('preferences.eta changed: starting again');
    await eventually(async () =>
      expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200),
    );
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
