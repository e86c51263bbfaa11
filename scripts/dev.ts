// Runs Gaceta for who works on it: restarted at every change, with a newsroom, readers and an operator to begin with.
import { watch } from 'node:fs';
import { join } from 'node:path';
import { openClient, until } from '../demo/client.ts';
import { openNewsletters, readFeeds } from '../demo/newsletters.ts';
import { readersFile } from '../demo/readers.ts';
import { startSite } from '../demo/site.ts';
import { prepare, withDatabase } from '../src/cli/demo.ts';
import { childEnvironment, configFromEnvironment } from '../src/config.ts';
import { openLog } from '../src/process/log.ts';
import { stopOnSignal } from '../src/process/shutdown.ts';
import { type Running, start } from '../src/start.ts';

const root = join(import.meta.dirname, '..');
const operator = { email: 'dev@harbourpost.example', password: 'harbour-light' };
const READERS = 40;
// An editor writes a file in several steps: they are one change.
const TOGETHER_MS = 150;

const given = configFromEnvironment();
const environment = childEnvironment({
  DATA_DIR: process.env.DATA_DIR ?? join(root, 'data/dev'),
  SMTP_URL: '',
  FEED_ALLOW_PRIVATE: 'true',
  OPERATOR_EMAIL: operator.email,
  OPERATOR_PASSWORD: operator.password,
});
const config = configFromEnvironment(environment);
const log = openLog(config.logLevel, 'dev');
const site = await startSite({ publicUrl: config.publicUrl });
const running = await start(config, log, { environment });
stopOnSignal(
  log,
  async () => {
    await running.stop();
    await site.close();
  },
  60,
);
await seed(running);

let change: NodeJS.Timeout | undefined;
for (const folder of ['src', 'emails', 'workers'])
  watch(join(root, folder), { recursive: true }, (_event, file) => {
    clearTimeout(change);
    change = setTimeout(() => {
      say(`${folder}/${file} changed: starting again`);
      running.restart();
    }, TOGETHER_MS);
  });

say(`Gaceta runs at ${given.publicUrl}, and starts again at every change in src, emails, workers.`);
say(`  operators   ${given.publicUrl}/console  (${operator.email}, ${operator.password})`);
say(`  mailbox     ${running.mailbox?.pageUrl}`);
say(`  newsroom    ${site.url}`);
const code = await running.broken;
await running.stop();
process.exit(code);

/** Two newsletters, their feeds and some readers, unless this DATA_DIR has subscribers already. */
async function seed({ databaseUrl }: Running): Promise<void> {
  const seeded = await withDatabase(databaseUrl, (db) =>
    db.selectFrom('subscribers').select('id').limit(1).executeTakeFirst(),
  );
  if (seeded) return;
  const api = openClient(config.publicUrl, await prepare(running));
  await openNewsletters(api);
  await readFeeds(api, site.feeds);
  for (const newsletter of ['daily', 'diario']) {
    const file = readersFile(READERS);
    const path = `/imports?newsletter=${newsletter}`;
    const { id } = await api.send<{ id: string }>('POST', path, 'text/csv', file);
    await until('the readers', async () => {
      const { state } = await api.call<{ state: string }>('GET', `/imports/${id}`);
      return state === 'running' ? undefined : state;
    });
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
