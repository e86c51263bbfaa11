import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
} from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { noticeInWords } from '../../../src/locales/notices.ts';
import { advice } from '../../../src/relays/advice.ts';
import { probeRelay } from '../../../src/relays/probe.ts';
import type { RelaySettings } from '../../../src/relays/settings.ts';
import { HandshakeError, openSession } from '../../../src/relays/smtp/handshake.ts';
import { TIMEOUTS } from '../../../src/relays/smtp/timeouts.ts';
import { freePort } from '../../harness/redis.ts';
import { settingsFor, sinkAndRelay } from '../open.ts';
import { outgoing } from '../outgoing.ts';
import { type SinkOptions, startSink } from '../sink.ts';

const AUTH = { user: 'daily', pass: 'pässword' };

/** A certificate for "localhost" that nobody signed. */
async function localhost(): Promise<{ key: string; cert: string }> {
  const read = (name: string) => readFile(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
  return { key: await read('localhost.key'), cert: await read('localhost.crt') };
}

const KNOWN = getCACertificates();
afterEach(() => setDefaultCACertificates(KNOWN));

async function probe(options: SinkOptions, given: Partial<RelaySettings> = {}) {
  const sink = await startSink(options);
  try {
    return await told(settingsFor(sink, given));
  } finally {
    await sink.close();
  }
}

/** What the probe found, with its advice in words. */
async function told(settings: RelaySettings) {
  const { error, ...found } = await probeRelay(settings);
  return { ...found, ...(error && { error: { ...error, fix: noticeInWords(error.fix) } }) };
}

test('a relay that is well: every step, what it can do, how it is encrypted', async () => {
  const tls = await localhost();
  setDefaultCACertificates([tls.cert]);
  const told = await probe(
    { tls, password: AUTH.pass },
    { host: 'localhost', auth: AUTH, requireTls: true },
  );
  expect(told).toEqual({
    ok: true,
    steps: [
      { step: 'connect', ok: true, detail: expect.stringMatching(/^connected to localhost:\d+$/) },
      { step: 'auth', ok: true, detail: 'logged in as daily' },
    ],
    capabilities: ['PIPELINING', 'SIZE 1000000', 'SMTPUTF8', 'AUTH PLAIN'],
    tls: 'TLSv1.3',
    certificateOk: true,
    certificateFault: null,
    validTo: expect.any(Date),
    helo: expect.any(String),
  });
});

test('messages go through STARTTLS and AUTH, PIPELINING and all', async () => {
  const tls = await localhost();
  setDefaultCACertificates([tls.cert]);
  await using both = await sinkAndRelay(
    { tls, password: AUTH.pass },
    { host: 'localhost', auth: AUTH, requireTls: true, connections: 2 },
  );
  const body = [Buffer.from('Subject: x\r\n\r\n'), Buffer.alloc(300_000, 'long line \r\n')];
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map((who) => both.relay.send(outgoing(`${who}@r.test`, { body }))),
  );
  expect(answers.map(({ kind }) => kind)).toEqual(Array(4).fill('sent'));
  for (const { bytes } of both.sink.received) expect(bytes.equals(Buffer.concat(body))).toBe(true);
  expect(both.sink.commands.filter((command) => command === 'STARTTLS')).toHaveLength(2);
});

test('without a password a certificate that proves nothing is better than no encryption', async () => {
  const told = await probe({ tls: await localhost() });
  expect(told).toMatchObject({ ok: true, tls: 'TLSv1.3', certificateOk: false });
  expect(await probe({})).toMatchObject({ ok: true, tls: 'none' });
});

test('a password is not sent where nothing is encrypted', async () => {
  const sink = await startSink({ password: AUTH.pass });
  const found = await told(settingsFor(sink, { auth: AUTH, requireTls: true }));
  await sink.close();
  expect(found.error).toMatchObject({
    step: 'connect',
    fix: expect.stringMatching(/^User and password are sent only encrypted.*\?tls=off/),
  });
  expect(sink.commands.filter((line) => line.startsWith('AUTH'))).toEqual([]);
});

test.each([
  ['refused when it is asked for', '502 5.5.1 not here'],
  ['put off when it is asked for', '454 4.7.0 TLS not available'],
  ['promised, and then nothing encrypted comes', '220 ready'],
])('a password is not sent where STARTTLS is offered and %s', async (_, answer) => {
  const said: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 mail.test\r\n');
    socket.on('data', (data) => {
      const line = data.toString('latin1');
      said.push(line);
      if (line.startsWith('EHLO'))
        socket.write('250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n');
      else if (line.startsWith('STARTTLS')) socket.write(`${answer}\r\n`);
      else if (line.startsWith('AUTH')) socket.write('235 2.7.0 in\r\n');
      else socket.write('250 mail.test\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const found = await told({ ...settingsFor({ port }), auth: AUTH, requireTls: true });
  server.close();
  expect(found.ok).toBe(false);
  expect(said.join('')).toContain('STARTTLS');
  expect(said.join('')).not.toMatch(/AUTH|MAIL FROM/);
});

test('with tls=off no STARTTLS is begun', async () => {
  const told = await probe(
    { tls: await localhost(), password: AUTH.pass },
    { auth: AUTH, tlsOff: true },
  );
  expect(told).toMatchObject({ ok: true, tls: 'none' });
});

test('the name in EHLO is the one that is set, and is named where the relay objects', async () => {
  const sink = await startSink({
    react: (step) => (step === 'greeting' ? undefined : { reply: '504 5.5.2 not you' }),
  });
  const found = await told(settingsFor(sink, { helo: 'news.test' }));
  await sink.close();
  expect(sink.commands[0]).toBe('EHLO news.test');
  expect(found.error?.fix).toMatch(/the name news\.test \(EHLO\).*SMTP_HELO, or \?helo=/);
});

test.each([
  {
    what: 'a certificate of nobody, with a password at stake',
    given: { auth: AUTH },
    error: { step: 'connect', reply: /self-signed/, fix: /not signed by an authority/ },
  },
  {
    what: 'a certificate of nobody, where TLS is required',
    given: { requireTls: true },
    error: { step: 'connect', reply: /self-signed/, fix: /not signed by an authority/ },
  },
  {
    what: 'a certificate for another name',
    given: { requireTls: true, host: '127.0.0.1' },
    trusted: true,
    error: { step: 'connect', reply: /does not match/, fix: /is not for 127\.0\.0\.1/ },
  },
  {
    what: 'smtps to a port that begins in the clear',
    given: { secure: true, host: 'localhost' },
    error: {
      step: 'connect',
      reply: /wrong version number|packet length/,
      fix: /Write smtp:\/\/ instead/,
    },
  },
])('$what: $error.fix', async ({ given, trusted, error }) => {
  const tls = await localhost();
  if (trusted) setDefaultCACertificates([tls.cert]);
  const told = await probe({ tls, password: AUTH.pass }, given);
  expect(told.ok).toBe(false);
  expect(told.error).toMatchObject({
    step: error.step,
    reply: expect.stringMatching(error.reply),
    fix: expect.stringMatching(error.fix),
  });
});

test.each([
  {
    what: 'a wrong password',
    options: { password: 'other' },
    given: { auth: AUTH },
    error: {
      step: 'auth',
      code: 535,
      reply: '535 5.7.8 wrong password',
      fix: /Wrong user or password/,
    },
  },
  {
    what: 'a relay without log-in',
    options: {},
    given: { auth: AUTH },
    error: { step: 'auth', fix: /does not accept sign-in on this port/ },
  },
  {
    what: 'a relay without TLS where it is required',
    options: {},
    given: { requireTls: true },
    error: { step: 'connect', code: 454, reply: expect.stringContaining('no TLS here') },
  },
  {
    what: 'a relay that refuses this machine',
    options: { react: () => ({ reply: '554 5.7.1 not from you' }) },
    given: {},
    error: {
      step: 'connect',
      code: 554,
      reply: '554 5.7.1 not from you',
      fix: /does not serve this machine/,
    },
  },
  {
    what: 'something that is no mail server',
    options: {
      react: (step: string) => (step === 'greeting' ? { reply: 'HTTP/1.1 400 Bad' } : undefined),
    },
    given: {},
    error: { step: 'connect', fix: /is not a mail server/ },
  },
  {
    what: 'no STARTTLS where it is required',
    options: {},
    given: { requireTls: true },
    error: {
      step: 'connect',
      reply: '454 4.7.0 no TLS here',
      fix: /no STARTTLS.*leave tls=required out/,
    },
  },
  {
    what: 'a name that does not resolve',
    options: {},
    given: { host: 'relay.invalid' },
    error: { step: 'connect', fix: /relay\.invalid does not resolve/ },
  },
])('$what', async ({ options, given, error }) => {
  const told = await probe(options, given);
  expect(told.ok).toBe(false);
  const fix = error.fix ? expect.stringMatching(error.fix) : expect.any(String);
  expect(told.error).toMatchObject({ ...error, fix });
  expect(told.steps.at(-1)).toMatchObject({ step: error.step, ok: false });
  expect(JSON.stringify(told)).not.toContain(AUTH.pass);
});

test('a port where nobody listens', async () => {
  const found = await told(settingsFor({ port: await freePort() }));
  expect(found.error).toMatchObject({
    step: 'connect',
    fix: expect.stringContaining('Nothing listens'),
  });
});

test('a wrong password is told at `auth`, and the messages wait', async () => {
  await using both = await sinkAndRelay({ password: 'other' }, { auth: AUTH });
  const answers = await Promise.all(
    ['a', 'b'].map((who) => both.relay.send(outgoing(`${who}@r.test`))),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ kind: 'refused', at: 'auth', code: 535, enhanced: '5.7.8' });
  }
  expect(both.relay.state()).toMatchObject({ up: false, connections: 0 });
  expect(both.sink.commands.some((command) => command.startsWith('MAIL'))).toBe(false);
});

test('smtps is TLS from the first byte', async () => {
  const tls = await localhost();
  setDefaultCACertificates([tls.cert]);
  const server = createTlsServer(tls, (socket) => {
    socket.write('220 sink.test\r\n');
    socket.on('data', (chunk) =>
      socket.write(chunk.includes('QUIT') ? '221 bye\r\n' : '250 sink.test\r\n'),
    );
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(
    await probeRelay(settingsFor({ port }, { host: 'localhost', secure: true })),
  ).toMatchObject({
    ok: true,
    tls: 'TLSv1.3',
    certificateOk: true,
  });
  await new Promise((resolve) => server.close(resolve));
});

test('a relay that never greets does not hold messages: they are handed back after a second', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await using both = await sinkAndRelay({}, { port }, { timeouts: { start: 60 } });
  expect(both.relay.free).toBe(2);
  expect((await both.relay.send(outgoing('a@r.test'))).kind).toBe('withdrawn');
  expect(both.relay.free).toBe(0);
  server.close();
});

test.each([
  ['greeting', /accepted the connection but sent no greeting/],
  ['ehlo', /sent a greeting and then stopped answering/],
] as const)('what to do about a relay that hangs at %s', async (at, fix) => {
  const sink = await startSink({
    react: (step) => (step === at ? { silence: true } : undefined),
  });
  const settings = settingsFor(sink);
  const { opened } = openSession(settings, { ...TIMEOUTS, greeting: 150, command: 150 });
  const error = await opened.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(HandshakeError);
  expect(error instanceof HandshakeError && noticeInWords(advice(error, settings))).toMatch(fix);
  await sink.close();
});
