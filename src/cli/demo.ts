import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openClient } from '../../demo/client.ts';
import { startSite } from '../../demo/site.ts';
import { CHECKS, type Checks, playStory } from '../../demo/story.ts';
import { type Config, childEnvironment, configFromEnvironment } from '../config.ts';
import { type Db, openDatabase } from '../database/connection.ts';
import { putNewsroom } from '../newsletters/newsroom.ts';
import { createApiToken } from '../operators/api-tokens.ts';
import { type Logger, openLog } from '../process/log.ts';
import { stopOnSignal } from '../process/shutdown.ts';
import { type Running, start } from '../start.ts';

const operator = { email: 'editor@harbourpost.example', password: 'harbour-light' };

/** The whole job on this machine, in a folder of its own that is gone afterwards. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('run the full demo on this machine: sign-up, digest, one-click unsubscribe')
    .option('--exit', 'exit when done, instead of staying up')
    .option('--json', 'print one JSON object: {ok, seconds, checks}')
    .action(runDemo);
}

async function runDemo({ exit = false, json = false }: { exit?: boolean; json?: boolean }) {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-demo-'));
  chmodSync(folder, 0o755); // root's PostgreSQL runs as another account, which must be able to enter
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const config = await demoConfig(folder);
  const log = openLog(config.logLevel, 'demo');
  const site = await startSite({ publicUrl: config.publicUrl });
  const running = await startGaceta(config, log);
  const stop = async () => {
    await running.stop();
    await site.close();
  };
  if (!exit) stopOnSignal(log, stop, 60);

  const tell = (line: string) => process.stderr.write(`  ✓ ${line}\n`);
  process.stderr.write('The Harbour Post opens its newsletter. No email leaves this machine.\n');
  const checks = Object.fromEntries(CHECKS.map((name) => [name, false])) as Checks;
  const { mailbox } = running;
  let failure: unknown;
  try {
    if (!mailbox) throw new Error('the mailbox did not start');
    const token = await prepare(running);
    const api = openClient(config.publicUrl, token);
    const stage = { publicUrl: config.publicUrl, mailbox, site, api, tell, progress };
    await playStory(stage, checks);
  } catch (error) {
    failure = error;
    process.stderr.write(`  ✗ ${(error as Error).message}\n`);
    log.debug({ err: error }, 'the demo failed');
  }
  const ok = failure === undefined && Object.values(checks).every(Boolean);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  for (const [name, held] of Object.entries(checks))
    if (!held) process.stderr.write(`  ✗ ${name} did not happen\n`);
  if (json) process.stdout.write(`${JSON.stringify({ ok, seconds, checks })}\n`);
  if (exit || !ok) {
    await stop();
    process.exit(ok ? 0 : 1);
  }
  process.stderr.write(
    [
      `Done in ${seconds} s. It stays up so that you can look around; press Ctrl-C to stop it.`,
      `  sign-up page   ${config.publicUrl}/`,
      `  the newsroom   ${site.url}/`,
      `  every inbox    ${mailbox?.pageUrl}`,
      `  operators      ${config.publicUrl}/console  (${operator.email}, ${operator.password})`,
      '',
    ].join('\n'),
  );
}

/** The environment's configuration, but mail stays here, and feeds may be read from this machine. */
async function demoConfig(folder: string): Promise<Config & { children: NodeJS.ProcessEnv }> {
  const given = configFromEnvironment();
  const port = await freePort(given.port);
  const overrides = {
    DATA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    MAILBOX_PORT: String(await freePort(given.mailboxPort)),
    SMTP_URL: '',
    DKIM: '',
    SEND_RATE: '',
    FEED_ALLOW_PRIVATE: 'true',
    OPERATOR_EMAIL: operator.email,
    OPERATOR_PASSWORD: operator.password,
    LOG_LEVEL: given.logLevel === 'info' ? 'error' : given.logLevel,
  };
  const children = childEnvironment(overrides);
  return { ...configFromEnvironment(children), children };
}

async function startGaceta(
  config: Config & { children: NodeJS.ProcessEnv },
  log: Logger,
): Promise<Running> {
  if (config.databaseUrl) await refuseUsedDatabase(config.databaseUrl);
  return start(config, log, { environment: config.children });
}

/** The demo writes invented readers: not into somebody's real list. */
async function refuseUsedDatabase(url: string): Promise<void> {
  await withDatabase(url, async (db) => {
    const tables = await db.introspection.getTables();
    if (!tables.some(({ name }) => name === 'subscribers')) return;
    const reader = await db.selectFrom('subscribers').select('id').limit(1).executeTakeFirst();
    if (reader)
      throw new Error(
        'The database of DATABASE_URL has subscribers already: give the demo an empty one, or unset DATABASE_URL.',
      );
  });
}

/** Names the newsroom and makes the token that the story's program uses. */
export function prepare(running: Running): Promise<string> {
  return withDatabase(running.databaseUrl, (db) =>
    db.transaction().execute(async (tx) => {
      await putNewsroom(tx, {
        name: 'The Harbour Post',
        colour: '#0b5d73',
        logo: null,
        postalAddress: '1 Quay Street, Saltmere',
      });
      const { token } = await createApiToken(tx, { name: 'demo', role: 'admin' });
      return token;
    }),
  );
}

/** Opens the database for as long as `use` takes. */
export async function withDatabase<T>(url: string, use: (db: Db) => Promise<T>): Promise<T> {
  const { db, close } = openDatabase(url, { max: 1 });
  try {
    return await use(db);
  } finally {
    await close();
  }
}

function progress(done: number, of: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round((30 * done) / Math.max(1, of));
  const bar = '█'.repeat(filled) + '░'.repeat(30 - filled);
  process.stderr.write(`\r    ${bar} ${done}/${of}${done === of ? '\r\u001b[K' : ''}`);
}

/** The wanted port, or any free one when it is taken. */
function freePort(wanted: number): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', () => (wanted === 0 ? failed() : found(freePort(0))));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = address && typeof address === 'object' ? address.port : wanted;
      server.close(() => found(port));
    });
  });
}
