import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { readEnvelope } from '../../../src/bounces/recipients-in-header.ts';
import { readImapUrl } from '../../../src/mail/imap-url.ts';
import { type WatchedMailbox, watchMailbox } from '../../../workers/inbound/mailbox.ts';
import { takeMessage } from '../../../workers/inbound/take.ts';
import { openTurns } from '../../../workers/inbound/turns.ts';
import { fielded } from '../../bounces/fixtures/reports.ts';
import { eventually } from '../../harness/eventually.ts';
import { openSite, type Site } from '../../http/public/fixtures/site.ts';
import { type Dovecot, noDovecot, startDovecot, USER } from './dovecot.ts';

const domain = 'back.example.org';

test('the address of a mailbox: a password or a token, and neither in the clear', () => {
  expect(readImapUrl('imaps://a%40x.example:p%3Aw@imap.example/INBOX?done=Old')).toEqual({
    host: 'imap.example',
    port: 993,
    secure: true,
    user: 'a@x.example',
    password: 'p:w',
    tokenFile: undefined,
    folder: 'INBOX',
    done: 'Old',
  });
  expect(readImapUrl('imaps://a@imap.example?xoauth2=/run/token')).toMatchObject({
    folder: 'INBOX',
    done: 'Gaceta',
    tokenFile: '/run/token',
  });
  for (const wrong of [
    'imap://a:b@imap.example/INBOX',
    'imaps://imap.example/INBOX',
    'imaps://a@imap.example/INBOX',
    'imaps://a:b@imap.example/INBOX?xoauth2=/run/token',
    'https://a:b@imap.example',
  ])
    expect(readImapUrl(wrong), wrong).toBeUndefined();
});

test('whom a message was sent to is read from the fields of delivery, folded ones, too', () => {
  const header = [
    'Return-Path: <>',
    'Delivered-To: catchall@example.org',
    'Received: from a by b\r\n\tfor <b+one@back.example.org>; Mon, 1 Jan',
    'X-Original-To:\r\n b+Two@back.example.org',
    'To: "A, B" <u+three@back.example.org>, four@example.org',
    'Cc: five@example.org',
  ].join('\r\n');
  expect(readEnvelope(Buffer.from(`${header}\r\n\r\nTo: six@example.org\r\n`))).toEqual({
    sender: '',
    recipients: [
      'catchall@example.org',
      'b+one@back.example.org',
      'b+two@back.example.org',
      'u+three@back.example.org',
      'four@example.org',
    ],
  });
});

// Debian's Dovecot, with a configuration of its own
if (noDovecot && process.env['CI']) throw new Error(noDovecot);
if (noDovecot) console.warn(noDovecot);

describe.skipIf(noDovecot)('a mailbox of Dovecot', () => {
  let dovecot: Dovecot;
  let site: Site;
  let watched: WatchedMailbox | undefined;
  const db = () => site.context.db;
  beforeAll(async () => {
    dovecot = await startDovecot();
    site = await openSite({ INBOUND_DOMAIN: domain, INBOUND_IMAP_URL: dovecot.url });
  });
  afterEach(async () => {
    await watched?.close();
    watched = undefined;
  });
  afterAll(() => dovecot.remove());

  const watch = (mailbox = site.context.config.inboundImap) => {
    if (!mailbox) throw new Error('no mailbox is set');
    watched = watchMailbox(site.context, mailbox, openTurns(), { pollMs: 60_000, againMs: 50 });
  };
  let made = 0;
  async function addReader() {
    const email = `m${++made}@readers.example`;
    const values = { email, emailKey: email, addressHash: site.context.hashAddress(email) };
    const { id } = await db()
      .insertInto('subscribers')
      .values(values)
      .returning('id')
      .executeTakeFirstOrThrow();
    const report = fielded(
      '',
      `Final-Recipient: rfc822; ${email}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown`,
    );
    const returnPath = `b+${site.context.tokens.sign('bounce', { subscriber: id })}@${domain}`;
    const raw = Buffer.concat([
      Buffer.from(`Delivered-To: ${returnPath}\r\nMessage-ID: <m${made}@relay.example>\r\n`),
      report,
    ]);
    return { id, returnPath, raw };
  }
  async function put(...messages: Buffer[]) {
    await using client = await dovecot.connect();
    for (const message of messages) await client.append('INBOX', message);
  }
  async function countIn(folder: string): Promise<number> {
    await using client = await dovecot.connect();
    return ((await client.status(folder, { messages: true })) || { messages: -1 }).messages ?? -1;
  }
  const bouncesOf = (id: string) =>
    db().selectFrom('bounces').select('source').where('subscriberId', '=', id).execute();

  it('is watched: what comes for an address of ours is taken and moved, all else stays', async () => {
    const [before, later] = [await addReader(), await addReader()];
    const forged = before.returnPath.replace(/.@/, (end) => (end === 'b@' ? 'c@' : 'b@'));
    await put(before.raw, Buffer.from(`To: ${forged}\r\nSubject: x\r\n\r\nno\r\n`));
    watch();
    await eventually(async () => expect(await bouncesOf(before.id)).toEqual([{ source: 'imap' }]));
    await eventually(async () => expect(await countIn('Gaceta')).toBe(1));
    // told by IDLE: the next look would be in a minute
    await put(later.raw);
    await eventually(async () => expect(await countIn('Gaceta')).toBe(2));
    expect(await bouncesOf(later.id)).toHaveLength(1);
    expect(await countIn('INBOX')).toBe(1);
  });

  it('takes a message once that was taken and could not be moved', async () => {
    const { raw, returnPath } = await addReader();
    // as it was before the crash: taken, and still there
    const subject = site.context.tokens.verify(
      'bounce',
      returnPath.slice(2, returnPath.indexOf('@')),
    );
    if (!subject) throw new Error('no subject');
    await takeMessage(site.context, [{ for: 'bounce', subject }], {
      bytes: raw,
      source: 'imap',
      sender: null,
    });
    await db().deleteFrom('bounces').execute();
    await put(raw);
    watch();
    await eventually(async () => expect(await countIn('Gaceta')).toBe(3));
    expect(await db().selectFrom('bounces').selectAll().execute()).toEqual([]);
  });

  it('is connected to again when the server was away', async () => {
    watch();
    await eventually(async () => expect(await countIn('INBOX')).toBe(1));
    await dovecot.stop();
    await dovecot.start();
    const { id, raw } = await addReader();
    await put(raw);
    await eventually(async () => expect(await bouncesOf(id)).toHaveLength(1));
  });

  it('is opened with an access token, which is read anew once the old one has expired', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'gaceta-token-'));
    const file = join(folder.path, 'token');
    const { valid, shown } = dovecot.tokens;
    valid.add('second');
    await writeFile(file, 'first\n');
    const mailbox = readImapUrl(
      `imap://${USER}@127.0.0.1:${dovecot.port}/INBOX?xoauth2=${encodeURIComponent(file)}`,
    );
    if (!mailbox) throw new Error('no mailbox');
    const { id, raw } = await addReader();
    await put(raw);
    watch(mailbox);
    await eventually(async () => expect(shown).toContain('first'));
    expect(await bouncesOf(id)).toEqual([]);
    await writeFile(file, 'second\n');
    await eventually(async () => expect(await bouncesOf(id)).toHaveLength(1));
    expect(shown.at(-1)).toBe('second');
  });

  it('moves what is too large, untaken', async () => {
    const { id, raw } = await addReader();
    await put(Buffer.concat([raw, Buffer.alloc(6 * 1024 * 1024, 'a\r\n')]));
    watch();
    await eventually(async () => expect(await countIn('INBOX')).toBe(1));
    expect(await bouncesOf(id)).toEqual([]);
  });
});
