import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, describe, expect, it } from 'vitest';
import { editionShape } from '../../src/http/api/shapes.ts';
import { ensureFirstNewsletter } from '../../src/newsletters/newsletters.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { addArticle, addReaders } from '../http/api/fixtures.ts';
import { openShell } from './harness.ts';

/** A relay that takes everything and keeps it. */
async function openSink() {
  const messages: { to: string[]; raw: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      let raw = '';
      stream.on('data', (chunk: Buffer) => {
        raw += chunk.toString('latin1');
      });
      stream.on('end', () => {
        messages.push({ to: session.envelope.rcptTo.map((one) => one.address), raw });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  afterAll(() => server.close());
  return { messages, url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
}

describe('editions send', async () => {
  const { db, url } = await openFreshDatabase();
  const sink = await openSink();
  await ensureFirstNewsletter(db);
  await addReaders(db, 25);
  await addArticle(db, { title: 'Ferry is late' });
  const { gaceta } = await openShell({
    DATABASE_URL: url,
    SMTP_URL: sink.url,
    MAIL_FROM: 'The Daily <daily@example.org>',
  });

  it('--wait without a worker says so, offers --work, and starts nothing', async () => {
    const outcome = await gaceta('editions send --wait --json');
    expect(outcome.code).toBe(1);
    expect(outcome.json().detail).toMatch(/No worker is running.*--work/);
    expect(await db.selectFrom('editions').select('id').execute()).toEqual([]);
  });

  it('without --wait starts it, and says that no worker runs', async () => {
    const outcome = await gaceta('editions send --json');
    expect(outcome.code).toBe(0);
    expect(editionShape.parse(outcome.json()).state).toBe('sending');
    expect(outcome.stderr).toContain('No worker is running');
  });

  it('--work sends it from here, once to each, also when pressed again', async () => {
    const outcome = await gaceta('editions send --wait --work --json');
    expect(outcome.stderr).toContain('nothing is sent twice');
    const edition = editionShape.parse(outcome.json());
    expect(edition).toMatchObject({ state: 'sent', audience: 25, ledger: { sent: 25, queued: 0 } });
    expect(outcome.code).toBe(0);
    expect(sink.messages).toHaveLength(25);
    expect(new Set(sink.messages.flatMap((message) => message.to)).size).toBe(25);
    const mail = await simpleParser(sink.messages[0]?.raw ?? '');
    expect(mail.text).toContain('Ferry is late');
    const again = await gaceta(`editions send ${edition.id} --wait --work --json`);
    expect([again.code, sink.messages.length]).toEqual([0, 25]);
  });

  it('from two processes at once sends once', async () => {
    const send = () => gaceta('editions send --kind weekly --json');
    const both = await Promise.all([send(), send()]);
    expect(both.map((outcome) => outcome.code)).toEqual([0, 0]);
    expect(both[0]?.json().id).toBe(both[1]?.json().id);
    const rows = await db
      .selectFrom('audit')
      .select('object')
      .where('action', '=', 'send')
      .where('object', '=', `edition ${both[0]?.json().id}`)
      .execute();
    expect(rows).toHaveLength(1);
    await gaceta(`editions cancel ${both[0]?.json().id}`);
    const again = await gaceta('editions send --kind weekly --json');
    expect(again.code).toBe(1);
    expect(again.json()).toMatchObject({ status: 409, detail: expect.stringMatching(/cancelled/) });
    expect(again.stderr).not.toContain('started before');
  });

  it('test sends to one address, and no ledger knows of it', async () => {
    const [edition] = await db.selectFrom('editions').select('id').execute();
    const outcome = await gaceta(`editions test ${edition?.id} --to desk@example.org --json`);
    expect(outcome.code).toBe(0);
    await addArticle(db, { title: 'Bridge opens', section: 'special-reports' });
    await gaceta('editions send --kind special --work --json');
    await expect.poll(() => sink.messages.length).toBeGreaterThanOrEqual(51);
    const test = sink.messages.filter((message) => message.to.includes('desk@example.org'));
    expect(test).toHaveLength(1);
    expect((await simpleParser(test[0]?.raw ?? '')).text).toContain('Ferry is late');
  });
});
