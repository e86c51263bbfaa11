import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inbound, startInbound } from '../../../workers/inbound/server.ts';
import { openTurns } from '../../../workers/inbound/turns.ts';
import { eventually } from '../../harness/eventually.ts';
import { openSite, type Site } from '../../http/public/fixtures/site.ts';

const domain = 'back.example.org';

describe('the door where mail comes in', () => {
  let site: Site;
  let door: Inbound;
  let reader: string;
  const db = () => site.context.db;

  beforeAll(async () => {
    site = await openSite({ INBOUND_DOMAIN: domain, INBOUND_SMTP_PORT: '25' });
    const email = 'marta@readers.example';
    const values = { email, emailKey: email, addressHash: site.context.hashAddress(email) };
    const { id } = await db()
      .insertInto('subscribers')
      .values(values)
      .returning('id')
      .executeTakeFirstOrThrow();
    reader = id;
    door = await open();
  });
  afterAll(() => door.close());

  const open = (longestMs?: number) =>
    startInbound(site.context, { port: 0, tls: undefined, proxy: false }, openTurns(), longestMs);
  const returnPath = (extra = '') =>
    `b+${site.context.tokens.sign('bounce', { subscriber: reader, ...(extra && { extra }) })}@${domain}`;
  const bounces = () => db().selectFrom('bounces').select('reason').execute();

  /** A conversation: what is said, and the replies so far, line by line. */
  async function talk(port = door.port) {
    const socket: Socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
    });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const replies = () => text.split('\r\n').filter((line) => /^\d{3} /.test(line));
    const answered = (count: number) =>
      eventually(() => expect(replies().length).toBeGreaterThanOrEqual(count));
    await answered(1);
    return {
      replies,
      answered,
      say: (...lines: string[]) => socket.write(`${lines.join('\r\n')}\r\n`),
      write: (bytes: string) => socket.write(bytes),
      closed: () => eventually(() => expect(socket.readyState).not.toBe('open')),
      [Symbol.dispose]: () => void socket.destroy(),
    };
  }
  const report = (separator = '\r\n') =>
    [
      'From: MAILER-DAEMON@relay.example',
      'Subject: Undelivered Mail',
      'Content-Type: text/plain',
      '',
      '<marta@readers.example>:',
      'Remote host said: 550 5.1.1 User unknown',
    ].join(separator);

  it('takes a hundred recipients of one message, and ends with who guesses addresses', async () => {
    using one = await talk();
    one.say('EHLO x.example', 'MAIL FROM:<>');
    await one.answered(3);
    const many = Array.from({ length: 300 }, (_, at) => `RCPT TO:<${returnPath(String(at + 1))}>`);
    one.say(...many);
    await one.answered(303);
    expect(one.replies().filter((reply) => reply.startsWith('250')).length).toBe(102);
    expect(one.replies().filter((reply) => reply.startsWith('452')).length).toBe(200);
    using guessing = await talk();
    guessing.say('EHLO x.example', 'MAIL FROM:<>');
    guessing.say(...Array.from({ length: 10_000 }, (_, at) => `RCPT TO:<b+s${at}e1x@${domain}>`));
    await guessing.closed();
    expect(guessing.replies().filter((reply) => reply.startsWith('550')).length).toBe(20);
    expect(guessing.replies().at(-1)).toMatch(/^421/);
  });

  it('keeps room for others beside a client that opens connection after connection', async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => talk()));
    using more = await talk();
    expect(more.replies()[0]).toMatch(/^421/);
    for (const one of opened) one[Symbol.dispose]();
    await eventually(async () => {
      using again = await talk();
      expect(again.replies()[0]).toMatch(/^220/);
    });
  });

  it('ends a conversation that takes too long, whatever is said', async () => {
    const hasty = await open(50);
    using slow = await talk(hasty.port);
    await slow.closed();
    expect(slow.replies().at(-1)).toMatch(/^421/);
    await hasty.close();
  });

  it('takes a dot between bare line feeds for no end of a message', async () => {
    using one = await talk();
    one.say('EHLO x.example', 'MAIL FROM:<>', `RCPT TO:<${returnPath()}>`, 'DATA');
    await one.answered(5);
    const smuggled = `MAIL FROM:<>\nRCPT TO:<${returnPath('9')}>\nDATA\n${report('\n')}`;
    one.write(`Subject: hello\r\n\r\nhello\n.\n${smuggled}\n.\r\n${smuggled}\r\n.\r\n`);
    await one.answered(6);
    one.say('QUIT');
    await one.answered(7);
    expect(
      one
        .replies()
        .slice(5)
        .map((reply) => reply.slice(0, 3)),
    ).toEqual(['250', '221']);
    expect(await bounces()).toEqual([]);
  });

  it.each([
    [
      'parts in 500 parts',
      Array.from(
        { length: 500 },
        (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
      ).join(''),
    ],
    ['zero bytes', `Subject: \0x\0\r\n\r\n${'\0'.repeat(100_000)}`],
    ['a header without end', `Subject: ${'x'.repeat(1_000_000)}`],
  ])('takes %s, of which nothing follows, and stays', async (_name, message) => {
    using one = await talk();
    one.say('EHLO x.example', 'MAIL FROM:<>', `RCPT TO:<${returnPath()}>`, 'DATA');
    await one.answered(5);
    one.write(`${message}\r\n.\r\n`);
    await one.answered(6);
    expect(one.replies()[5]).toMatch(/^250/);
    expect(await bounces()).toEqual([]);
  });
});
