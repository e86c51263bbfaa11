import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { simpleParser } from 'mailparser';
import { type Backend, runContest } from './deliver-contest.ts';
import { ALGORITHMS, makeDkimKey } from './deliver-dkim.ts';
import { articlesFor, type RealSettings, runReal } from './deliver-real.ts';
import { report } from './deliver-report.ts';
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
const dkim = ALGORITHMS.find((algorithm) => algorithm === values.dkim) ?? null;
if (values.dkim !== undefined && !dkim) throw new Error('--dkim must be rsa or ed25519');
const asked = {
  readers: whole('readers'),
  connections: whole('connections'),
  workers: whole('workers'),
  dkim,
  latencyMs: whole('latency'),
  past: whole('past'),
  rounds: whole('rounds'),
};
const { readers, latencyMs } = asked;
/** The others send so many messages at a time: enough for some seconds each, and longest where it is a near thing. */
const others = {
  sendMail: Math.min(readers, 4_000),
  smtpSource: Math.min(readers, 20_000),
  smtpSourceKept: Math.min(readers, 5_000),
};

const backends = (): Backend[] => {
  if (values.backend === 'redis' || values.backend === 'postgres') return [values.backend];
  return redisIsThere() ? ['redis', 'postgres'] : ['postgres'];
};

async function compare(newsroom: Newsroom): Promise<object> {
  const used = backends();
  const [main = 'postgres'] = used;
  const redis = used.includes('redis') ? await startRedis() : undefined;
  const base: RealSettings = {
    newsroom,
    redisUrl: redis?.url,
    sink: { port: 0, pid: 0 },
    connections: asked.connections,
    workers: asked.workers,
    dkimFile: dkim ? makeDkimKey(dkim, newsroom.folder) : undefined,
    articles: 0,
  };
  const { articles, message } = await articlesFor(base, whole('kilobytes'));
  const { html, text = '' } = await simpleParser(message);
  const bytes = Buffer.byteLength(message);
  const sink = await open([]);
  const plain = latencyMs > 0 ? await open(['-p']) : undefined;
  const settings = { ...base, articles, sink };
  const runs = await runContest({
    ...settings,
    backends: used,
    rounds: asked.rounds,
    plain,
    message: { html: html || '', text, bytes },
    others,
  });
  await sink.close();
  await plain?.close();
  const copies = await countCopies(settings);
  if (redis) await ended(redis.child);
  return report(main, runs, copies, bytes, asked);
}

/** smtp-sink, behind as much latency as was asked for. */
async function open(features: string[]): Promise<RunningSink> {
  const sink = await startSmtpSink(features);
  if (latencyMs === 0) return sink;
  const proxy = await startLatencyProxy(sink.port, latencyMs);
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

process.stderr.write(`making a newsroom with ${readers} readers\n`);
const newsroom = await openNewsroom(readers, asked.past);
try {
  const result = await compare(newsroom);
  process.stdout.write(`${JSON.stringify(result, null, values.json ? 0 : 2)}\n`);
} finally {
  await newsroom.close();
}
