import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { simpleParser } from 'mailparser';
import { type OtherRun, runSendMail, runSmtpSource } from './deliver-others.ts';
import { articlesFor, type RealRun, type RealSettings, runReal } from './deliver-real.ts';
import { freePort } from './free-port.ts';
import { startLatencyProxy } from './latency-proxy.ts';
import { type Newsroom, openNewsroom, RECORDED } from './newsroom.ts';
import { ended, type RunningSink, startSmtpSink } from './postfix.ts';
import { redisIsThere, startRedis } from './service.ts';
import { launchSink, readRecord } from './sink-record.ts';

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '60000' },
    kilobytes: { type: 'string', default: '59' },
    connections: { type: 'string', default: '10' },
    dkim: { type: 'string' },
    workers: { type: 'string', default: '1' },
    latency: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
    past: { type: 'string', default: '0' },
    backend: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const whole = (
  name: 'readers' | 'kilobytes' | 'connections' | 'workers' | 'latency' | 'rounds' | 'past',
) => {
  const text = values[name];
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
};
const readers = whole('readers');
const kilobytes = whole('kilobytes');
const connections = whole('connections');
const workers = whole('workers');
const latency = whole('latency');
const rounds = whole('rounds');
const past = whole('past');
/** The others send so many messages a round: enough for some seconds each. */
const others = { sendMail: Math.min(readers, 4_000), smtpSource: Math.min(readers, 20_000) };

type Backend = 'redis' | 'postgres';
const say = (line: string) => process.stderr.write(`${line}\n`);

/** What all rounds of one contestant came to. */
type Rounds<R> = { [K in keyof R]: number };

function medians<R extends object>(runs: R[]): Rounds<R> | undefined {
  const [first] = runs;
  if (!first) return undefined;
  const made: Record<string, number> = {};
  for (const key of Object.keys(first)) {
    const sorted = runs.map((run) => Number(Reflect.get(run, key))).toSorted((a, b) => a - b);
    made[key] = sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
  return made as Rounds<R>;
}

function dkimFile(folder: string): string | undefined {
  if (values.dkim === undefined) return undefined;
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const key =
    values.dkim === 'ed25519'
      ? generateKeyPairSync('ed25519').privateKey
      : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const file = join(folder, 'dkim.pem');
  writeFileSync(file, key.export(pem));
  return file;
}

const backends = (): Backend[] => {
  if (values.backend === 'redis' || values.backend === 'postgres') return [values.backend];
  return redisIsThere() ? ['redis', 'postgres'] : ['postgres'];
};

async function compare(newsroom: Newsroom): Promise<object> {
  const used = backends();
  const redis = used.includes('redis') ? await startRedis() : undefined;
  const key = dkimFile(newsroom.folder);
  const settings: RealSettings = {
    newsroom,
    redisUrl: undefined,
    sink: { port: 0, pid: 0 },
    connections,
    workers,
    dkimFile: key,
    articles: 0,
  };
  const { articles, message } = await articlesFor(settings, kilobytes);
  const parsed = await simpleParser(message);
  const content = { html: parsed.html || '', text: parsed.text ?? '' };
  const bytes = Buffer.byteLength(message);
  const real: Record<Backend, RealRun[]> = { redis: [], postgres: [] };
  const without: RealRun[] = [];
  const sendMail: OtherRun[] = [];
  const source: OtherRun[] = [];
  const sourceKept: OtherRun[] = [];
  const sink = await open([]);
  const plain = latency > 0 ? await open(['-p']) : undefined;
  for (let round = 1; round <= rounds; round += 1) {
    for (const backend of used) {
      await allWritten(newsroom);
      const redisUrl = backend === 'redis' ? redis?.url : undefined;
      const run = await runReal({ ...settings, articles, sink, redisUrl });
      real[backend].push(run);
      say(
        `round ${round}: gaceta on ${backend} ${Math.round(run.messagesPerSecond)}/s, ${run.cpuMsPerMessage.toFixed(3)} ms CPU`,
      );
    }
    if (plain) {
      await allWritten(newsroom);
      const redisUrl = used[0] === 'redis' ? redis?.url : undefined;
      const run = await runReal({ ...settings, articles, sink: plain, redisUrl });
      without.push(run);
      say(`round ${round}: gaceta without PIPELINING ${Math.round(run.messagesPerSecond)}/s`);
    }
    await allWritten(newsroom);
    const b = await runSendMail(sink.port, connections, others.sendMail, content);
    sendMail.push(b);
    const c = await runSmtpSource(sink.port, connections, others.smtpSource, bytes, false);
    const d = await runSmtpSource(sink.port, connections, others.smtpSource, bytes, true);
    if (c) source.push(c);
    if (d) sourceKept.push(d);
    const rate = (run: OtherRun | undefined) =>
      run ? `${Math.round(run.messagesPerSecond)}/s` : 'not there';
    say(`round ${round}: sendMail ${rate(b)}, smtp-source ${rate(c)}, smtp-source -d ${rate(d)}`);
  }
  await sink.close();
  await plain?.close();
  const [main = 'postgres'] = used;
  const redisUrl = main === 'redis' ? redis?.url : undefined;
  const recorded = await countCopies({ ...settings, articles, redisUrl });
  if (redis) await ended(redis.child);
  return report(main, real, { without, sendMail, source, sourceKept }, recorded, bytes);
}

/** Has on disk what was written so far: what one run leaves is not to be written while the next is measured. */
async function allWritten({ db }: Newsroom): Promise<void> {
  await sql`checkpoint`.execute(db);
  execFileSync('sync');
}

/** smtp-sink, behind as much latency as was asked for. */
async function open(features: string[]): Promise<RunningSink> {
  const sink = await startSmtpSink(features);
  if (latency === 0) return sink;
  const proxy = await startLatencyProxy(sink.port, latency);
  return {
    port: proxy.port,
    pid: sink.pid,
    async close() {
      await proxy.close();
      await sink.close();
    },
  };
}

/** Sends once more, to a sink that keeps a record of its own: how many readers have 0, 1, 2 messages. */
async function countCopies(settings: RealSettings): Promise<number[]> {
  const port = await freePort();
  const file = join(settings.newsroom.folder, 'taken');
  const sink = await launchSink(port, file);
  await runReal({ ...settings, sink: { port, pid: sink.pid ?? 0 } }, RECORDED.newsletter);
  await ended(sink);
  const copies = [0, 0, 0];
  const { taken } = readRecord(file);
  for (const ids of taken.values())
    copies[Math.min(ids.length, 2)] = (copies[Math.min(ids.length, 2)] ?? 0) + 1;
  copies[0] = Math.min(readers, RECORDED.most) - taken.size;
  return copies;
}

function report(
  main: Backend,
  real: Record<Backend, RealRun[]>,
  other: { without: RealRun[]; sendMail: OtherRun[]; source: OtherRun[]; sourceKept: OtherRun[] },
  recorded: number[],
  bytes: number,
): object {
  const figures = medians(real[main]);
  if (!figures) throw new Error('nothing was measured');
  const sendMail = medians(other.sendMail);
  const source = medians(other.source);
  const sourceKept = medians(other.sourceKept);
  const without = medians(other.without);
  const ratio = (to: { messagesPerSecond: number } | undefined) =>
    to ? round(figures.messagesPerSecond / to.messagesPerSecond, 2) : null;
  return {
    messagesPerSecond: Math.round(figures.messagesPerSecond),
    ratioToSmtpSource: ratio(source),
    ratioToSmtpSourceKept: ratio(sourceKept),
    ratioToSendMail: ratio(sendMail),
    ...(without && { ratioToNoPipelining: ratio(without) }),
    cpuMsPerMessage: round(figures.cpuMsPerMessage, 3),
    sinkCpuMsPerMessage: round(figures.sinkCpuMsPerMessage, 3),
    databaseCpuMsPerMessage: round(figures.databaseCpuMsPerMessage, 3),
    peakRssMb: Math.round(figures.peakRssMb),
    planMs: figures.planMs,
    firstMessageMs: figures.firstMessageMs,
    missed: recorded[0],
    once: recorded[1],
    doubled: recorded[2],
    backend: main,
    readers,
    kilobytes: round(bytes / 1_024, 1),
    connections,
    workers,
    dkim: values.dkim ?? null,
    latencyMs: latency,
    past,
    rounds,
    backends: { redis: medians(real.redis) ?? null, postgres: medians(real.postgres) ?? null },
    sendMail: sendMail ?? null,
    smtpSource: source ?? null,
    smtpSourceKept: sourceKept ?? null,
    cpu: readFileSync('/proc/cpuinfo', 'utf8').match(/model name\s*: (.*)/)?.[1] ?? 'unknown',
  };
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

say(`making a newsroom with ${readers} readers`);
const newsroom = await openNewsroom(readers, past);
try {
  const result = await compare(newsroom);
  process.stdout.write(`${JSON.stringify(result, null, values.json ? 0 : 2)}\n`);
} finally {
  await newsroom.close();
}
