import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { createApiToken } from '../src/operators/api-tokens.ts';
import { putSignUpSettings } from '../src/subscribers/sign-up-settings.ts';
import { freePort } from './free-port.ts';
import { killAtExit } from './kill-at-exit.ts';
import { type Newsroom, openNewsroom, postmasterOf } from './newsroom.ts';
import { type RunningSink, startSmtpSink } from './postfix.ts';
import { familyCpuMs, usageOf } from './process-usage.ts';
import { startRole } from './service.ts';
import { openDoors, SECRET } from './web-doors.ts';
import { idleThenSending, type SendingRound } from './web-sending.ts';
import { wholeNumber } from './whole-number.ts';

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000000' },
    lines: { type: 'string', default: '2000000' },
    few: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const whole = (name: Exclude<keyof typeof values, 'json'>) => wholeNumber(name, values[name]);
const [readers, lines, few] = [whole('readers'), whole('lines'), whole('few')];
const load = { perSecond: whole('rate'), seconds: whole('seconds') };
const say = (line: string) => process.stderr.write(`${line}\n`);
const rounded = (value: number, digits = 1) => Number(value.toFixed(digits));

const FIRST = ['maria', 'jose', 'ana', 'luis', 'carmen', 'pedro', 'lucia', 'juan'];
const LAST = ['garcia', 'lopez', 'perez', 'smith', 'jones', 'martin', 'ruiz'];
const DOMAINS = ['gmail.com', 'outlook.com', 'yahoo.com', 'mail.example'];

/** A list as a service exports it: people none of whom is known yet. */
async function writeList(path: string, count: number, of: string): Promise<void> {
  const file = createWriteStream(path);
  file.write('email,name,consent_source,consent_at\n');
  for (let n = 0; n < count; n += 1000) {
    let text = '';
    for (let k = n; k < Math.min(count, n + 1000); k++) {
      const [first, last] = [FIRST[k % FIRST.length], LAST[k % LAST.length]];
      text += `${first}.${last}.${of}${k}@${DOMAINS[(k >> 3) % DOMAINS.length]},${first} ${last},web form,2026-01-02T10:00:00Z\n`;
    }
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

/** PostgreSQL's own COPY of the same file, into a table without an index. */
async function copyBare(databaseUrl: string, path: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    'create table bare (email text, name text, consent_source text, consent_at timestamptz)',
  );
  const began = performance.now();
  await pipeline(
    createReadStream(path),
    client.query(copyFrom('copy bare from stdin (format csv, header)')),
  );
  const seconds = (performance.now() - began) / 1000;
  await client.query('drop table bare');
  await client.end();
  return seconds;
}

interface Imported {
  perSecond: number;
  peakRssMb: number;
  /** Of the process that reads, for a line, and of PostgreSQL with all its processes. */
  cpuMicroseconds: number;
  databaseMicroseconds: number;
}

/** The command as an operator runs it; its time is that of the row, from its begin to its end. */
async function importFile(newsroom: Newsroom, path: string, count: number): Promise<Imported> {
  const cli = join(import.meta.dirname, '../bin/gaceta.js');
  const databaseMs = familyCpuMs(postmasterOf(newsroom));
  const words = ['subscribers', 'import', path, '--newsletter', 'daily', '--json'];
  const child = spawn(process.execPath, [cli, ...words], {
    cwd: newsroom.folder,
    env: {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: newsroom.databaseUrl,
      DATA_DIR: newsroom.folder,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  killAtExit(child);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  let used = { cpuMs: 0, peakRssMb: 0 };
  const timer = setInterval(() => {
    try {
      const now = usageOf(child.pid ?? 0);
      // what has ended, and is not yet waited for, holds nothing
      if (now.peakRssMb > 0) used = now;
    } catch {
      // it has just ended
    }
  }, 100);
  await once(child, 'close');
  clearInterval(timer);
  const { state, counts, createdAt, finishedAt } = JSON.parse(out);
  if (state !== 'done' || counts.new !== count) throw new Error(`import: ${out.slice(0, 500)}`);
  const seconds = (Date.parse(finishedAt) - Date.parse(createdAt)) / 1000;
  return {
    perSecond: count / seconds,
    peakRssMb: used.peakRssMb,
    cpuMicroseconds: (used.cpuMs * 1000) / count,
    databaseMicroseconds: ((familyCpuMs(postmasterOf(newsroom)) - databaseMs) * 1000) / count,
  };
}

/** Sign-ups, one-click unsubscribing and sending, alone and beside an import through the web process. */
async function besides(
  newsroom: Newsroom,
  sink: RunningSink,
  path: string,
): Promise<[SendingRound, SendingRound]> {
  const port = await freePort();
  const environment = {
    DATABASE_URL: newsroom.databaseUrl,
    DATA_DIR: newsroom.folder,
    PORT: String(port),
    SECRET,
    TRUST_PROXY: '1',
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?name=sink`,
    MAIL_FROM: 'The Daily <daily@example.test>',
  };
  const plenty = 1_000_000_000;
  await putSignUpSettings(newsroom.db, { perDomain: plenty, inAll: [plenty, plenty] });
  const roles = [await startRole('web', environment), await startRole('worker', environment)];
  try {
    const doors = openDoors(readers);
    const alone = await idleThenSending(newsroom, port, doors, load);
    const { token } = await createApiToken(newsroom.db, { name: 'import', role: 'admin' });
    const begun = await fetch(`http://127.0.0.1:${port}/api/v1/imports?newsletter=daily`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
      body: ReadableStream.from(createReadStream(path)),
      duplex: 'half',
    } as RequestInit);
    if (begun.status !== 202) throw new Error(`POST /imports: ${begun.status}`);
    const beside = await idleThenSending(newsroom, port, doors, load);
    const { state } = await newsroom.db
      .selectFrom('imports')
      .select('state')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    if (state !== 'running') say('the import was over before the measure was: give more --lines');
    return [alone, beside];
  } finally {
    await Promise.all(roles.map((role) => role.stop()));
  }
}

const began = performance.now();
// first, since it may be missing
const sink = await startSmtpSink([]);
const newsroom = await openNewsroom(readers);
try {
  const path = join(newsroom.folder, 'list.csv');
  await writeList(path, few, 'few');
  const small = await importFile(newsroom, path, few);
  await writeList(path, lines, 'many');
  const copySeconds = await copyBare(newsroom.databaseUrl, path);
  const large = await importFile(newsroom, path, lines);
  say(
    `${Math.round(large.perSecond)} lines/s, COPY ${Math.round(lines / copySeconds)}; ${rounded(large.cpuMicroseconds)} µs of the process and ${rounded(large.databaseMicroseconds)} of PostgreSQL a line; ${rounded(small.peakRssMb)} MB for ${few} lines, ${rounded(large.peakRssMb)} MB for ${lines}`,
  );
  await writeList(path, lines, 'beside');
  const [alone, beside] = await besides(newsroom, sink, path);
  const result = {
    linesPerSecond: Math.round(large.perSecond),
    copyLinesPerSecond: Math.round(lines / copySeconds),
    cpuMicrosecondsPerLine: rounded(large.cpuMicroseconds),
    databaseMicrosecondsPerLine: rounded(large.databaseMicroseconds),
    peakRssMbFew: rounded(small.peakRssMb),
    peakRssMbMany: rounded(large.peakRssMb),
    memoryMoreMb: rounded(large.peakRssMb - small.peakRssMb),
    signUpP99Ms: rounded(alone.idle.signUp.p99Ms),
    signUpP99MsBeside: rounded(beside.idle.signUp.p99Ms),
    signUpP99MsSending: rounded(alone.sending.signUp.p99Ms),
    signUpP99MsSendingBeside: rounded(beside.sending.signUp.p99Ms),
    messagesPerSecond: Math.round(alone.messagesPerSecond),
    messagesPerSecondBeside: Math.round(beside.messagesPerSecond),
    readers,
    lines,
    few,
    seconds: Math.round((performance.now() - began) / 1000),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [name, value] of Object.entries(result)) say(`${name.padEnd(28)} ${value}`);
} finally {
  await newsroom.close();
  await sink.close();
}
