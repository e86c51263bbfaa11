import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { putSignUpSettings } from '../src/subscribers/sign-up-settings.ts';
import { freePort } from './free-port.ts';
import { type Newsroom, openNewsroom } from './newsroom.ts';
import { startSmtpSink } from './postfix.ts';
import { usageOf } from './process-usage.ts';
import { openApi, type Role, startRole } from './service.ts';
import { type Doors, openDoors, SECRET } from './web-doors.ts';
import { atFullRate, inTurn, type LoadRun, type Shot } from './web-load.ts';
import { idleThenSending, type SendingRound } from './web-sending.ts';
import { wholeNumber } from './whole-number.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '3000' },
    connections: { type: 'string', default: '64' },
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '12' },
    readers: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const whole = (name: Exclude<keyof typeof values, 'json'>) => wholeNumber(name, values[name]);
const requests = whole('requests');
const connections = whole('connections');
const rate = whole('rate');
const seconds = whole('seconds');
const readers = whole('readers');
const rounds = whole('rounds');
const say = (line: string) => process.stderr.write(`${line}\n`);

/** A door at full rate, and what its process paid for each request. */
type FullRun = LoadRun & { cpuMs: number };
type Door = 'bare' | 'signUp' | 'unsubscribe';

async function startBare(newsroom: Newsroom): Promise<{ port: number; child: ChildProcess }> {
  const port = await freePort();
  const file = join(import.meta.dirname, 'web-bare.ts');
  const child = spawn(process.execPath, [file, newsroom.databaseUrl, String(port)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return { port, child };
}

async function measure(newsroom: Newsroom) {
  const sink = await startSmtpSink([]);
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
  const roles: Role[] = [];
  const bare = await startBare(newsroom);
  try {
    const web = await startRole('web', environment);
    roles.push(web);
    const doors = openDoors(readers);
    const full = await inTurns(doors, {
      bare: { port: bare.port, pid: bare.child.pid ?? 0 },
      web: { port, pid: web.pid },
    });
    const telling = await whatTimeTells(newsroom, port, doors);
    // The letters of all those sign-ups would keep the worker busy for minutes.
    await newsroom.db.deleteFrom('letters').execute();
    roles.push(await startRole('worker', environment));
    const steady: SendingRound[] = [];
    for (let round = 1; round <= rounds; round++) {
      const one = await idleThenSending(newsroom, port, doors, { perSecond: rate, seconds });
      steady.push(one);
      say(
        `round ${round}: p99 sign-ups ${ms(one.idle.signUp.p99Ms)} -> ${ms(one.sending.signUp.p99Ms)} ms, unsubscribes ${ms(one.idle.unsubscribe.p99Ms)} -> ${ms(one.sending.unsubscribe.p99Ms)} ms while ${Math.round(one.messagesPerSecond)} messages/s`,
      );
    }
    return { full, telling, steady };
  } finally {
    await Promise.all(roles.map((role) => role.stop()));
    bare.child.kill('SIGTERM');
    await sink.close();
  }
}

/** The three doors at full rate, one after the other, in several rounds. */
async function inTurns(
  doors: Doors,
  { bare, web }: Record<'bare' | 'web', { port: number; pid: number }>,
): Promise<Record<Door, FullRun[]>> {
  const fire = async (door: Door, count: number): Promise<FullRun> => {
    const { port, pid } = door === 'bare' ? bare : web;
    const before = usageOf(pid).cpuMs;
    const run = await atFullRate(`http://127.0.0.1:${port}`, count, connections, doors[door]);
    return { ...run, cpuMs: (usageOf(pid).cpuMs - before) / count };
  };
  const runs: Record<Door, FullRun[]> = { bare: [], signUp: [], unsubscribe: [] };
  const order: Door[] = ['bare', 'signUp', 'unsubscribe'];
  for (const door of order) await fire(door, 500); // warm
  for (let round = 1; round <= rounds; round++) {
    for (const door of order) runs[door].push(await fire(door, requests));
    const last = order.map((door) => `${door} ${Math.round(runs[door].at(-1)?.perSecond ?? 0)}/s`);
    say(`round ${round}: ${last.join(', ')}`);
  }
  return runs;
}

/** A sign-up should take as long for an address that is known or suppressed as for a new one. */
async function whatTimeTells(newsroom: Newsroom, port: number, doors: Doors) {
  const tries = 200;
  const suppressed = (n: number) => `gone${n}@site${n}.example`;
  const api = await openApi(newsroom.db, port);
  for (let n = 0; n < tries; n++) await api.call('POST', '/suppressions', { email: suppressed(n) });
  return inTurn(`http://127.0.0.1:${port}`, tries, {
    new: (): Shot => doors.signUp(),
    known: (n) => doors.signUpOf(`reader-${readers - n}@example.test`),
    suppressed: (n) => doors.signUpOf(suppressed(n)),
  });
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
const ms = (value: number) => rounded(value, 1);

function median<T>(runs: T[], figure: (run: T) => number): number {
  const sorted = runs.map(figure).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const newsroom = await openNewsroom(readers);
try {
  const { full, telling, steady } = await measure(newsroom);
  const per = (door: Door) => Math.round(median(full[door], (run) => run.perSecond));
  const cpu = (door: Door) =>
    rounded(
      median(full[door], (run) => run.cpuMs),
      3,
    );
  const p99 = (when: 'idle' | 'sending', door: 'signUp' | 'unsubscribe') =>
    ms(median(steady, (round) => round[when][door].p99Ms));
  const result = {
    signUpsPerSecond: per('signUp'),
    unsubscribesPerSecond: per('unsubscribe'),
    barePerSecond: per('bare'),
    signUpRatio: rounded(per('signUp') / per('bare'), 2),
    unsubscribeRatio: rounded(per('unsubscribe') / per('bare'), 2),
    signUpCpuMs: cpu('signUp'),
    unsubscribeCpuMs: cpu('unsubscribe'),
    bareCpuMs: cpu('bare'),
    signUpP99Ms: p99('idle', 'signUp'),
    unsubscribeP99Ms: p99('idle', 'unsubscribe'),
    signUpP99SendingMs: p99('sending', 'signUp'),
    unsubscribeP99SendingMs: p99('sending', 'unsubscribe'),
    signUpP99Ratio: rounded(p99('sending', 'signUp') / p99('idle', 'signUp'), 2),
    unsubscribeP99Ratio: rounded(p99('sending', 'unsubscribe') / p99('idle', 'unsubscribe'), 2),
    messagesPerSecondMeanwhile: Math.round(median(steady, (round) => round.messagesPerSecond)),
    signUpMsNew: rounded(telling.new, 2),
    signUpMsKnown: rounded(telling.known, 2),
    signUpMsSuppressed: rounded(telling.suppressed, 2),
    rate,
    seconds,
    rounds,
    shotsOfEachDoor: (rate / 2) * seconds * rounds,
    connections,
    requests,
    readers,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [name, value] of Object.entries(result)) say(`${name.padEnd(28)} ${value}`);
} finally {
  await newsroom.close();
}
