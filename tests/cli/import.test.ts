import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { HELD_LINES, holdBatches, STORED_LINES } from '../subscribers/fixtures/import-queue.ts';
import { openShell } from './harness.ts';

const cli = join(import.meta.dirname, '../../bin/gaceta.js');

describe('an import at the command line', async () => {
  const { db, url } = await openFreshDatabase();
  const { folder, gaceta } = await openShell({ DATABASE_URL: url });
  const header = 'email,name,consent_source,consent_at\n';
  const theOne = () => db.selectFrom('imports').selectAll().orderBy('id', 'desc').limit(1);

  it('is looked at, and then begun', async () => {
    await createNewsletter(db, { slug: 'daily', title: 'The Daily', language: 'en' });
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
    const wrong = await Promise.all([
      gaceta('subscribers import'),
      gaceta('subscribers import nowhere.csv'),
      gaceta('subscribers import - --map Correo=nothing', list),
    ]);
    expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2]);
  });

  it.each([
    ['SIGKILL', 'running'],
    ['SIGINT', 'stopped'],
  ] as const)(
    'ended by %s goes on where it was, and counts nothing twice',
    async (signal, state) => {
      const file = join(folder, `${signal}.csv`);
      const address = (n: number) => `r${n}@${signal.toLowerCase()}.example`;
      const people = Array.from(
        { length: HELD_LINES },
        (_, n) => `${address(n)},R,fair,2026-01-02`,
      );
      await writeFile(file, header + people.join('\n'));
      const held = await holdBatches(url, address);
      const child = spawn(
        process.execPath,
        [cli, 'subscribers', 'import', file, '--newsletter', 'daily'],
        {
          cwd: folder,
          env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), DATABASE_URL: url },
        },
      );
      let told = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        told += text;
      });
      const gone = once(child, 'close');
      const { id } = await vi.waitUntil(
        async () => {
          const row = await theOne().executeTakeFirstOrThrow();
          return row.state === 'running' && row.lines === STORED_LINES && row;
        },
        { timeout: 100_000, interval: 20 },
      );
      child.kill(signal);
      await held[Symbol.asyncDispose]();
      await gone;
      if (signal === 'SIGINT')
        expect(told).toContain(
          `stopped after 6000 lines. Go on with: gaceta subscribers import --continue ${id}`,
        );
      expect((await theOne().executeTakeFirstOrThrow()).state, told).toBe(state);
      const done = await gaceta(`subscribers import --continue ${id} --json`);
      expect(done.json(), done.stderr).toMatchObject({
        state: 'done',
        lines: HELD_LINES,
        counts: { new: HELD_LINES, same: 0 },
      });
    },
  );
});
