import { parseArgs } from 'node:util';
import { createOperator } from '../src/operators/accounts.ts';
import { beginSession } from '../src/operators/sessions.ts';
import { type ConsoleThings, consolePages } from '../tests/browser/console-pages.ts';
import { addConsoleReaders, fillForConsole } from './console-newsroom.ts';
import { freePort } from './free-port.ts';
import { type Newsroom, openNewsroom } from './newsroom.ts';
import { inTurns, type Measured, startBare } from './page-times.ts';
import { startRole } from './service.ts';
import { wholeNumber } from './whole-number.ts';

/** A page may take so much longer than the bare one. */
const MOST_MS = 100;

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000000' },
    editions: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
  },
});
const whole = (name: 'readers' | 'editions' | 'rounds') => wholeNumber(name, values[name]);
const readers = whole('readers');
const editions = whole('editions');
const rounds = whole('rounds');
const say = (line: string) => process.stderr.write(`${line}\n`);

async function measure(newsroom: Newsroom, things: ConsoleThings): Promise<Measured[]> {
  const port = await freePort();
  const bare = await startBare(newsroom.databaseUrl);
  const web = await startRole('web', {
    DATABASE_URL: newsroom.databaseUrl,
    DATA_DIR: newsroom.folder,
    PORT: String(port),
    // nothing is sent
    SMTP_URL: 'smtp://127.0.0.1:1?name=sink',
    MAIL_FROM: 'The Daily <daily@example.test>',
  });
  try {
    const { id } = await createOperator(newsroom.db, {
      email: 'bench@example.test',
      password: 'four words that mean nothing',
      role: 'owner',
      language: 'en',
    });
    const cookie = `gaceta=${await beginSession(newsroom.db, id)}`;
    const addresses = new Map([['bare', bare.address]]);
    for (const { name, path } of consolePages)
      addresses.set(name, `http://127.0.0.1:${port}${path(things)}`);
    return await inTurns(addresses, { rounds, headers: { cookie } });
  } finally {
    await web.stop();
    bare.stop();
  }
}

const began = performance.now();
const newsroom = await openNewsroom(readers, 0, (db) => addConsoleReaders(db, readers));
try {
  const things = await fillForConsole(newsroom.db, { readers, editions });
  say(`${readers} readers and ${editions} editions made in ${seconds()} s`);
  const measured = await measure(newsroom, things);
  const bareMs = measured.find(({ name }) => name === 'bare')?.medianMs ?? 0;
  const rounded = (value: number) => Number(value.toFixed(1));
  const pages = measured
    .filter(({ name }) => name !== 'bare')
    .map(({ name, firstMs, medianMs, kilobytes }) => ({
      name,
      medianMs: rounded(medianMs),
      moreMs: rounded(medianMs - bareMs),
      firstMs: rounded(firstMs),
      kilobytes: rounded(kilobytes),
    }));
  const slow = pages.filter(({ moreMs }) => moreMs > MOST_MS).map(({ name }) => name);
  const result = { bareMs: rounded(bareMs), pages, slow, readers, editions, rounds };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    say(`${'page'.padEnd(24)} median ms   more than bare   first   kB`);
    for (const { name, medianMs, moreMs, firstMs, kilobytes } of pages)
      say(
        `${name.padEnd(24)} ${String(medianMs).padStart(9)} ${String(moreMs).padStart(16)} ${String(firstMs).padStart(7)} ${String(kilobytes).padStart(5)}${moreMs > MOST_MS ? '  slow' : ''}`,
      );
    say(
      `bare ${result.bareMs} ms; ${slow.length} slower by more than ${MOST_MS} ms; ${seconds()} s`,
    );
  }
} finally {
  await newsroom.close();
}

function seconds(): number {
  return Math.round((performance.now() - began) / 1_000);
}
