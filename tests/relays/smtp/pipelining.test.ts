import { expect, test } from 'vitest';
import { eventually } from '../../harness/eventually.ts';
import { sinkAndRelay } from '../open.ts';
import { outgoing } from '../outgoing.ts';

test('with PIPELINING an envelope is one write, and the next one follows a final dot', async () => {
  await using both = await sinkAndRelay();
  const { sink, relay } = both;
  const answers = await Promise.all([
    relay.send(outgoing('a@r.test')),
    relay.send(outgoing('b@r.test')),
  ]);
  expect(answers.map((answer) => answer.kind)).toEqual(['sent', 'sent']);
  expect(sink.commands.slice(1)).toEqual([
    'MAIL FROM:<bounces@news.test> SIZE=48',
    'RCPT TO:<a@r.test>',
    'DATA',
    '<message>',
    'MAIL FROM:<bounces@news.test> SIZE=48',
    'RCPT TO:<b@r.test>',
    'DATA',
    '<message>',
  ]);
  expect(sink.chunks.slice(1)).toEqual([
    'MAIL FROM:<bounces@news.test> SIZE=48\r\nRCPT TO:<a@r.test>\r\nDATA\r\n',
    'To: a@r.test\r\nSubject: hello\r\n\r\nHello a@r.test\r\n.\r\nMAIL FROM:<bounces@news.test> SIZE=48\r\nRCPT TO:<b@r.test>\r\nDATA\r\n',
    'To: b@r.test\r\nSubject: hello\r\n\r\nHello b@r.test\r\n.\r\n',
  ]);
});

test('without PIPELINING every command waits for its answer', async () => {
  await using both = await sinkAndRelay({ capabilities: [] });
  const { sink, relay } = both;
  const answers = await Promise.all([
    relay.send(outgoing('a@r.test')),
    relay.send(outgoing('b@r.test')),
  ]);
  expect(answers.map((answer) => answer.kind)).toEqual(['sent', 'sent']);
  expect(sink.chunks.slice(1)).toEqual([
    'MAIL FROM:<bounces@news.test>\r\n',
    'RCPT TO:<a@r.test>\r\n',
    'DATA\r\n',
    'To: a@r.test\r\nSubject: hello\r\n\r\nHello a@r.test\r\n.\r\n',
    'MAIL FROM:<bounces@news.test>\r\n',
    'RCPT TO:<b@r.test>\r\n',
    'DATA\r\n',
    'To: b@r.test\r\nSubject: hello\r\n\r\nHello b@r.test\r\n.\r\n',
  ]);
});

test.each([{ capabilities: ['PIPELINING'] }, { capabilities: [] }, { bytewise: true }])(
  'hundreds of messages over ten connections each get their own answer (%o)',
  async (options) => {
    await using both = await sinkAndRelay(
      {
        ...options,
        react: (step, to) => (step === 'dot' ? { reply: `250 2.0.0 for\n${to}` } : undefined),
      },
      { connections: 10 },
      { timeouts: { start: 30_000 } },
    );
    const { sink, relay } = both;
    const readers = Array.from({ length: 300 }, (_, at) => `reader-${at}@r.test`);
    const answers = await Promise.all(readers.map((reader) => relay.send(outgoing(reader))));
    expect(answers).toEqual(
      readers.map((reader) => ({ kind: 'sent', relay: 'sink', reply: `250 2.0.0 for ${reader}` })),
    );
    expect(sink.accepted.map((message) => message.to).toSorted()).toEqual(readers.toSorted());
    expect(sink.connections).toBe(10);
  },
);

test('what arrives is byte for byte what was handed over', async () => {
  await using both = await sinkAndRelay();
  const { sink, relay } = both;
  const body = ['Subject: ..\r\n\r\n', '..dot\r\n...\r\n', 'caf=C3=A9 .\r\n'.repeat(9_000), '\r\n'];
  const buffers = body.map((part) => Buffer.from(part));
  await relay.send(outgoing('a@r.test', { body: buffers, size: 5 }));
  await relay.send(outgoing('b@r.test'));
  expect(sink.received[0]?.bytes.equals(Buffer.concat(buffers))).toBe(true);
  expect(sink.received).toHaveLength(2);
});

test('a message that does not end its last line cannot swallow the next envelope', async () => {
  await using both = await sinkAndRelay();
  const { sink, relay } = both;
  const body = [Buffer.from('Subject: x\r\n\r\nno end')];
  const answers = await Promise.all([
    relay.send(outgoing('a@r.test', { body })),
    relay.send(outgoing('b@r.test')),
  ]);
  expect(answers.map((answer) => answer.kind)).toEqual(['sent', 'sent']);
  expect(sink.received[0]?.bytes.toString()).toBe('Subject: x\r\n\r\nno end\r\n');
});

test('SMTPUTF8 is asked for where the address or the message needs it, and only there', async () => {
  await using both = await sinkAndRelay();
  const { sink, relay } = both;
  await relay.send(outgoing('josé@r.test'));
  await relay.send(outgoing('a@r.test', { utf8: true, size: 7 }));
  await relay.send(outgoing('a@r.test'));
  expect(sink.received.map(({ to, parameters }) => [to, parameters])).toEqual([
    ['josé@r.test', 'SIZE=56 SMTPUTF8'],
    ['a@r.test', 'SIZE=7 SMTPUTF8'],
    ['a@r.test', 'SIZE=48'],
  ]);
});

test('messages of one connection never overlap, and an idle connection is closed with QUIT', async () => {
  await using both = await sinkAndRelay({}, {}, { timeouts: { idle: 50 } });
  const { sink, relay } = both;
  expect(relay.free).toBe(2);
  const answer = relay.send(outgoing('a@r.test'));
  expect([relay.busy, relay.free]).toEqual([1, 1]);
  await answer;
  expect([relay.busy, relay.free]).toEqual([0, 2]);
  await eventually(() => expect(sink.commands.at(-1)).toBe('QUIT'));
  await eventually(() => expect(relay.state().connections).toBe(0));
  expect((await relay.send(outgoing('b@r.test'))).kind).toBe('sent');
  expect(sink.connections).toBe(2);
});

test('a connection is replaced before a relay grows tired of it', async () => {
  await using both = await sinkAndRelay({}, {}, { timeouts: { start: 30_000 } });
  const { sink, relay } = both;
  const answers = await Promise.all(
    Array.from({ length: 1_100 }, (_, at) => relay.send(outgoing(`r${at}@r.test`))),
  );
  expect(answers.every((answer) => answer.kind === 'sent')).toBe(true);
  expect(sink.connections).toBe(3);
  expect(sink.commands.filter((command) => command === 'QUIT')).toHaveLength(2);
});

test('close lets what has started finish, gives the rest back and says QUIT', async () => {
  let answerIt = () => {};
  const answered = new Promise<void>((resolve) => {
    answerIt = resolve;
  });
  await using both = await sinkAndRelay({
    react: (step, to) => (step === 'dot' && to === 'a@r.test' ? { after: answered } : undefined),
  });
  const { sink, relay } = both;
  const started = relay.send(outgoing('a@r.test'));
  await eventually(() => expect(sink.received).toHaveLength(1));
  const pipelined = relay.send(outgoing('b@r.test'));
  const waiting = relay.send(outgoing('c@r.test'));
  const closed = relay.close();
  expect(await waiting).toEqual({ kind: 'withdrawn', relay: 'sink' });
  expect(relay.free).toBe(0);
  answerIt();
  expect((await started).kind).toBe('sent');
  // its envelope was with the relay, its message was not
  expect((await pipelined).kind).toBe('withdrawn');
  await closed;
  expect(sink.received).toHaveLength(1);
  expect((await relay.send(outgoing('d@r.test'))).kind).toBe('withdrawn');
});
