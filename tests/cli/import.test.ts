import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openShell } from './harness.ts';

const cli = join(import.meta.dirname, '../../bin/gaceta.js');

// on the embedded database, as somebody who tries it out has it
describe('an import at the command line', { timeout: 180_000 }, async () => {
  const { folder, gaceta } = await openShell({});
  const header = 'email,name,consent_source,consent_at\n';
  const LINES = 30_000;

  it('is looked at, and then begun', async () => {
    await gaceta('migrate');
    await gaceta("newsletters create daily --title 'The Daily' --language en");
    const list = 'Correo,name\nana@of.example,Ana\nnobody,X\n';
    const said = '--map Correo=email --consent-source shop --consent-at 2026-01-02';
    const dry = await gaceta(
      `subscribers import - --newsletter daily ${said} --dry-run --json`,
      list,
    );
    expect(dry.json()).toMatchObject({ state: 'ready', counts: { new: 1, refused: 1 } });
    const { id } = dry.json();
    expect(dry.stderr).toContain(`--continue ${id}`);
    const done = await gaceta(`subscribers import --continue ${id} --json`);
    expect(done.json()).toMatchObject({ state: 'done', counts: { new: 1, refused: 1 } });
    expect((await gaceta('subscribers import')).code).toBe(2);
    expect((await gaceta('subscribers import nowhere.csv')).code).toBe(2);
    expect((await gaceta('subscribers import - --map Correo=nothing', list)).code).toBe(2);
  });

  it.each([
    ['SIGKILL', 'running'],
    ['SIGINT', 'stopped'],
  ] as const)(
    'ended by %s goes on where it was, and counts nothing twice',
    async (signal, state) => {
      const file = join(folder, `${signal}.csv`);
      const people = Array.from(
        { length: LINES },
        (_, n) => `r${n}@${signal}.example,R,fair,2026-01-02`,
      );
      await writeFile(file, header + people.join('\n'));
      const child = spawn(
        process.execPath,
        [cli, 'subscribers', 'import', file, '--newsletter', 'daily'],
        {
          cwd: folder,
          env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data') },
        },
      );
      let told = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        told += text;
      });
      const gone = once(child, 'exit');
      await vi.waitUntil(() => / lines?\n/.test(told) || child.exitCode !== null, {
        timeout: 120_000,
        interval: 5,
      });
      expect(child.exitCode, told).toBeNull();
      child.kill(signal);
      await gone;
      if (signal === 'SIGINT')
        expect(told).toMatch(/stopped after [1-9]\d* lines\. Go on with: .*--continue \d+/);
      const id = state === 'stopped' ? /--continue (\d+)/.exec(told)?.[1] : '2';
      const done = await gaceta(`subscribers import --continue ${id} --json`);
      expect(done.json(), done.stderr).toMatchObject({
        state: 'done',
        lines: LINES,
        counts: { new: LINES, same: 0 },
      });
    },
  );
});
