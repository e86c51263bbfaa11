import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Account, runAs } from './account.ts';
import { ask, settle } from './answer.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedFailed } from './errors.ts';
import type { Place } from './location.ts';
import { launch, removeStaleLocks } from './postmaster.ts';
import { settingFlags } from './settings.ts';

const run = promisify(execFile);
const PATIENCE_SECONDS = 60;
const LARGEST_LOG = 5_000_000;

/**
 * Makes the cluster at the first start; leaves a whole one alone.
 * @throws EmbeddedFailed in initdb's words, or when another major version made it
 */
export async function makeCluster(
  { initdb, major }: Binaries,
  { cluster }: Place,
  account: Account,
  log: (line: string) => void,
): Promise<void> {
  const versionFile = join(cluster, 'PG_VERSION');
  if (fs.existsSync(versionFile)) {
    const made = fs.readFileSync(versionFile, 'utf8').trim();
    if (made === String(major)) return;
    throw new EmbeddedFailed(
      `${cluster} was made by PostgreSQL ${made}, and this Gaceta brings ${major}: back up with the Gaceta you had ("gaceta backup"), move that folder away, then run "gaceta restore".`,
    );
  }
  removeHalfMade(cluster);
  // made beside its place and renamed when whole: a first start that is killed leaves no half cluster
  const half = `${cluster}.${randomBytes(4).toString('hex')}`;
  fs.mkdirSync(half, { mode: 0o700 });
  if (account.uid !== undefined) fs.chownSync(half, account.uid, account.gid ?? 0);
  log(`making the database in ${cluster}`);
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const options = ['--auth=trust', '--encoding=UTF8', ...locale, '--no-instructions'];
  try {
    await run(initdb, ['-D', half, '-U', 'gaceta', ...options], {
      ...runAs(account),
      cwd: dirname(cluster),
    });
    fs.renameSync(half, cluster);
  } catch (error) {
    fs.rmSync(half, { recursive: true, force: true });
    if (fs.existsSync(versionFile)) return; // another start was faster
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new EmbeddedFailed(
      `The database could not be made in ${cluster}:\n${stderr?.trim() || message}`,
    );
  }
}

/** What a first start left that was killed; one that another start is making right now is younger. */
function removeHalfMade(cluster: string): void {
  for (const name of fs.readdirSync(dirname(cluster))) {
    if (!name.startsWith(`${basename(cluster)}.`)) continue;
    const path = join(dirname(cluster), name);
    const found = fs.statSync(path, { throwIfNoEntry: false });
    if (!found?.isDirectory() || Date.now() - found.mtimeMs < 600_000) continue;
    fs.rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Launches the server until it answers, however long recovery takes. Another start may be faster,
 * and the processes of a postmaster that was killed need a moment to go: both are waited for.
 * @throws EmbeddedFailed in PostgreSQL's words
 */
export async function bringUp(
  { postgres }: Binaries,
  place: Place,
  account: Account,
  flags: string[],
  logFile: string,
): Promise<void> {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  if (sizeOf(logFile) > LARGEST_LOG) fs.renameSync(logFile, `${logFile}.old`);
  for (;;) {
    removeStaleLocks(place);
    const before = sizeOf(logFile);
    const child = launch(postgres, place, [...settingFlags, ...flags], logFile, runAs(account));
    if (await answers(child, place)) return;
    const said = fs.readFileSync(logFile).subarray(before).toString('utf8').trim();
    const passing = /pre-existing shared memory block|lock file .* already exists/.test(said);
    if (!passing || Date.now() > end) {
      throw new EmbeddedFailed(`PostgreSQL did not start in ${place.cluster}:\n${said}`);
    }
    await setTimeout(100);
    if ((await settle(place)) === 'ready') return;
  }
}

/** True once the server answers, false once the process has ended. */
async function answers(child: ChildProcess, place: Place): Promise<boolean> {
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', () => {
    ended = true;
  });
  while (!ended) {
    if ((await ask(place.sockets)) === 'ready') return true;
    await setTimeout(15);
  }
  return false;
}

const sizeOf = (file: string) => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
