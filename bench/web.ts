import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { putSignUpSettings } from '../src/subscribers/sign-up-settings.ts';
import { openTokens } from '../src/subscribers/tokens.ts';
import { freePort } from './free-port.ts';
import { addArticles, type Newsroom, openNewsroom } from './newsroom.ts';
import { startSmtpSink } from './postfix.ts';
import { openApi, type Role, startRole } from './service.ts';
import { atFullRate, atSteadyRate, inTurn, type LoadRun, type Shot } from './web-load.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '3000' },
    connections: { type: 'string', default: '64' },
    rate: { type: 'string', default: '100' },
    readers: { type: 'string', default: '60000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const whole = (name: 'requests' | 'connections' | 'rate' | 'readers' | 'rounds') => {
  if (!/^[1-9]\d*$/.test(values[name])) throw new Error(`--${name} must be a whole number`);
  return Number(values[name]);
};
const requests = whole('requests');
const connections = whole('connections');
const rate = whole('rate');
const readers = whole('readers');
const rounds = whole('rounds');

const SECRET = 'a secret that only this bench knows';
const say = (line: string) => process.stderr.write(`${line}\n`);
let made = 0;

const json = { 'content-type': 'application/json' };
const bare = (): Shot => ({
  path: '/bare',
  body: JSON.stringify({ email: `bare${made++}@example.test` }),
  headers: json,
});
/** Everybody from an address and a domain of their own, as readers are. */
const signUp = (): Shot => signUpOf(`new${made}@site${made % 5000}.example`);
const signUpOf = (email: string): Shot => {
  const n = made++;
  return {
    path: '/subscribe',
    body: JSON.stringify({ email, newsletter: 'daily' }),
    headers: { ...json, 'x-forwarded-for': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` },
  };
};
const tokens = openTokens([SECRET]);
let leaving = 0;
const unsubscribe = (): Shot => ({
  path: `/unsubscribe/${tokens.sign('unsubscribe', { subscriber: String(1 + (leaving++ % readers)), newsletter: '1' })}`,
  body: 'List-Unsubscribe=One-Click',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});

function median(runs: LoadRun[], figure: keyof LoadRun): number {
  const sorted = runs.map((run) => run[figure]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

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
  const other = await startBare(newsroom);
  try {
    roles.push(await startRole('web', environment));
    const origin = `http://127.0.0.1:${port}`;
    const bareOrigin = `http://127.0.0.1:${other.port}`;
    await atFullRate(bareOrigin, 500, connections, bare); // both warm
    await atFullRate(origin, 500, connections, signUp);
    await atFullRate(origin, 200, connections, unsubscribe);
    const runs: Record<'bare' | 'signUp' | 'unsubscribe', LoadRun[]> = {
      bare: [],
      signUp: [],
      unsubscribe: [],
    };
    for (let round = 1; round <= rounds; round++) {
      runs.bare.push(await atFullRate(bareOrigin, requests, connections, bare));
      runs.signUp.push(await atFullRate(origin, requests, connections, signUp));
      runs.unsubscribe.push(await atFullRate(origin, requests, connections, unsubscribe));
      say(
        `round ${round}: bare ${whole2(runs.bare)}/s, sign-ups ${whole2(runs.signUp)}/s, unsubscribes ${whole2(runs.unsubscribe)}/s`,
      );
    }
    const seconds = 8;
    const idle = {
      signUp: await atSteadyRate(origin, rate, (n) => n >= rate * seconds, signUp),
      unsubscribe: await atSteadyRate(origin, rate, (n) => n >= rate * seconds, unsubscribe),
    };
    const telling = await whatTimeTells(newsroom, port, origin);
    // The letters of all those sign-ups would keep the worker busy for minutes.
    await newsroom.db.deleteFrom('letters').execute();
    roles.push(await startRole('worker', environment));
    const sending = await whileSending(newsroom, port, origin);
    return { runs, idle, telling, sending };
  } finally {
    await Promise.all(roles.map((role) => role.stop()));
    other.child.kill('SIGTERM');
    await sink.close();
  }
}

const whole2 = (runs: LoadRun[]) => Math.round(runs.at(-1)?.perSecond ?? 0);

/** A sign-up should take as long for an address that is known or suppressed as for a new one. */
async function whatTimeTells(newsroom: Newsroom, port: number, origin: string) {
  const tries = 200;
  const suppressed = (n: number) => `gone${n}@site${n}.example`;
  const api = await openApi(newsroom.db, port);
  for (let n = 0; n < tries; n++) await api.call('POST', '/suppressions', { email: suppressed(n) });
  return inTurn(origin, tries, {
    new: signUp,
    known: (n) => signUpOf(`reader-${readers - n}@example.test`),
    suppressed: (n) => signUpOf(suppressed(n)),
  });
}

/** Both doors at the same steady rate while a digest goes out to all readers. */
async function whileSending(newsroom: Newsroom, port: number, origin: string) {
  const { db } = newsroom;
  const api = await openApi(db, port);
  const articles = await addArticles(db, 40);
  const { id } = await api.call<{ id: string }>('POST', '/editions', {
    newsletter: 'daily',
    kind: 'special',
    articles,
    send: true,
  });
  const state = async () => {
    const { rows } = await sql<{ state: string; sent: string }>`
      select e.state, coalesce(sum(r.sent), 0) as sent from editions e
      left join ranges r on r.edition_id = e.id where e.id = ${id} group by e.state`.execute(db);
    return { state: rows[0]?.state ?? '', sent: Number(rows[0]?.sent ?? 0) };
  };
  while ((await state()).sent === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const before = await state();
  const began = performance.now();
  const [signUps, unsubscribes] = await Promise.all([
    atSteadyRate(origin, rate / 2, (n) => n >= (rate / 2) * 8, signUp),
    atSteadyRate(origin, rate / 2, (n) => n >= (rate / 2) * 8, unsubscribe),
  ]);
  const after = await state();
  if (after.state !== 'sending')
    throw new Error('The digest was sent before the measure was over: give more --readers.');
  const messages = (after.sent - before.sent) / ((performance.now() - began) / 1000);
  return { signUp: signUps, unsubscribe: unsubscribes, messagesPerSecond: messages };
}

const newsroom = await openNewsroom(readers);
try {
  const { runs, idle, telling, sending } = await measure(newsroom);
  const per = (name: keyof typeof runs) => Math.round(median(runs[name], 'perSecond'));
  const ms = (value: number) => Math.round(value * 10) / 10;
  const hundredth = (value: number) => Math.round(value * 100) / 100;
  const result = {
    signUpsPerSecond: per('signUp'),
    unsubscribesPerSecond: per('unsubscribe'),
    barePerSecond: per('bare'),
    signUpRatio: ms((10 * per('signUp')) / per('bare')) / 10,
    unsubscribeRatio: ms((10 * per('unsubscribe')) / per('bare')) / 10,
    signUpP99Ms: ms(idle.signUp.p99Ms),
    unsubscribeP99Ms: ms(idle.unsubscribe.p99Ms),
    signUpMsNew: hundredth(telling.new),
    signUpMsKnown: hundredth(telling.known),
    signUpMsSuppressed: hundredth(telling.suppressed),
    signUpP99SendingMs: ms(sending.signUp.p99Ms),
    unsubscribeP99SendingMs: ms(sending.unsubscribe.p99Ms),
    messagesPerSecondMeanwhile: Math.round(sending.messagesPerSecond),
    rate,
    connections,
    requests,
    readers,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [name, value] of Object.entries(result)) say(`${name.padEnd(28)} ${value}`);
} finally {
  await newsroom.close();
}
