import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { mondayOf } from '../../src/reports/weeks.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { makeNewsletter } from '../subscribers/fixtures/newsroom.ts';
import { openShell } from './harness.ts';

describe('the command line of who we are to receivers, and of old readers and editions', async () => {
  const { db, url } = await openFreshDatabase();
  const { gaceta, folder } = await openShell({
    DATABASE_URL: url,
    MAIL_FROM: 'News <daily@news.example>',
  });
  const addresses = ['ana@readers.example', 'ben@readers.example'];

  beforeAll(async () => {
    const { id } = await makeNewsletter(db, 'daily');
    await sql`
      with made as (
        insert into subscribers (email, email_key, address_hash)
        select email, email, sha256(email::bytea) from unnest(${addresses}::text[]) email returning id
      ), placed as (
        insert into subscriptions (newsletter_id, subscriber_id, state, active_from)
        select ${id}, id, 'active', now() from made
      )
      insert into bounces (kind, source, subscriber_id, newsletter_id, receiver_group, hard, reason, words)
      select 'bounce', 'smtp', id, ${id}::bigint, 'rest', true, 'unknown-user', 'gone' from made`.execute(
      db,
    );
    await sql`
      with made as (
        insert into machine_reports (kind, reporter, report_id, domain, begins_at, ends_at, policy)
        select kind, 'receiver.example', '1', 'news.example', '2026-11-18', '2026-11-19', 'none'
        from unnest('{dmarc,tls}'::text[]) kind returning id, kind
      ), rows as (
        insert into dmarc_rows (report_id, source, messages, disposition, dkim_aligned, spf_aligned)
        select id, '192.0.2.1', 7, 'none', true, false from made where kind = 'dmarc'
      )
      insert into tls_rows (report_id, policy_type, sessions, failed, failures)
      select id, 'sts', 9, 2, '[{"type": "certificate-expired", "host": null, "sessions": 2}]' from made where kind = 'tls'`.execute(
      db,
    );
  });

  test('reports are read from a file, a mailbox file and standard input, and nothing else is called one', async () => {
    const report = `From: MAILER-DAEMON@relay.example\nSubject: Undelivered\n\n<${addresses[0]}>:\nRemote host said: 550 5.1.1 User unknown\n`;
    const line = 'From MAILER-DAEMON Mon Jan  1 00:00:00 2026\n';
    await writeFile(join(folder, 'one.eml'), report);
    await writeFile(join(folder, 'two.mbox'), `${line}${report}\n${line}${report}`);
    await writeFile(join(folder, 'none.eml'), Buffer.from([0, 255, 0, 10, 254]));
    const read = async (args: string, input?: string) => {
      const { code, stdout } = await gaceta(`bounces classify ${args} --json`, input);
      const rows = stdout.trim().split('\n');
      return code === 0
        ? rows.map((row) => JSON.parse(row)).map(({ file, kind }) => `${file} ${kind}`)
        : JSON.parse(stdout).detail;
    };
    expect(await read('one.eml two.mbox none.eml')).toEqual([
      'one.eml bounce',
      'two.mbox#1 bounce',
      'two.mbox#2 bounce',
      'none.eml other',
    ]);
    expect(await read('-', report)).toEqual(['- bounce']);
    expect(await read('.')).toBe('. is a folder: name the files in it.');
    expect(await read('gone.eml')).toBe('There is no file gone.eml.');
  });

  test('a key is made, waits for its record, and is listed', async () => {
    const made = (await gaceta('dkim rotate --json')).json();
    expect(made).toMatchObject({
      switched: false,
      key: {
        state: 'waiting',
        record: {
          name: 'gaceta1._domainkey.news.example',
          value: expect.stringMatching(/^v=DKIM1; k=rsa; p=MII/),
        },
      },
    });
    const { stdout } = await gaceta('dkim list');
    expect(stdout).toContain('gaceta1._domainkey.news.example  waiting');
  });

  test('reports of a week are told, by any of its days', async () => {
    expect(mondayOf(new Date('2026-11-18'))).toBe('2026-11-16');
    const { data } = (await gaceta('reports dmarc --week 2026-11-20 --json')).json();
    expect(data).toMatchObject([
      { source: '192.0.2.1', messages: 7, dkimAligned: 7, spfAligned: 0 },
    ]);
    const tls = await gaceta('reports tls --week 2026-11-16');
    expect(tls.stdout).toMatch(/receiver\.example +sts +9 +2 +certificate-expired 2/);
    expect((await gaceta('reports tls --week soon')).code).toBe(2);
  });

  test('what came back is listed', async () => {
    const { data } = (
      await gaceta('bounces list --hard --newsletter daily --limit 1 --json')
    ).json();
    expect(data).toMatchObject([{ kind: 'bounce', reason: 'unknown-user', newsletter: 'daily' }]);
  });

  test('many are changed once that is confirmed, and blocked', async () => {
    const counted = await gaceta('subscribers bulk unsubscribe --newsletter daily');
    expect([counted.code, counted.stderr]).toEqual([2, expect.stringContaining('2 subscribers')]);
    const states = () =>
      sql<{ state: string }>`select distinct state from subscriptions`.execute(db);
    expect((await states()).rows).toEqual([{ state: 'active' }]);
    const done = await gaceta('subscribers bulk unsubscribe --newsletter daily --yes --json');
    expect(done.json()).toMatchObject({ state: 'done', size: 2, changed: 2 });
    expect((await states()).rows).toEqual([{ state: 'unsubscribed' }]);
    const blocked = await gaceta(
      'suppressions import - --reason bounce --json',
      `email\n${addresses.join('\n')}\nno address\n`,
    );
    expect(blocked.json()).toMatchObject({ suppressed: 2, refusedCount: 1 });
    expect(blocked.stderr).toContain('line 4: The address has a space');
  });

  test('editions of before are brought, listed and taken out', async () => {
    const page = join(folder, 'old.html');
    await writeFile(
      page,
      '<html><head><title>The budget passes</title><meta property="article:published_time" content="2024-03-01T06:00:00Z"></head><body><article><p>It does, with a majority of one.</p></article></body></html>',
    );
    const done = (await gaceta(`archive import ${page} --json`)).json();
    expect(done).toMatchObject({ format: 'html', added: 1, leftOutCount: 0 });
    const { data } = (await gaceta('archive list --json')).json();
    expect(data).toMatchObject([{ title: 'The budget passes' }]);
    expect((await gaceta(`archive remove ${data[0].id}`)).code).toBe(0);
    expect((await sql`select from earlier_editions`.execute(db)).rows).toEqual([]);
  });
});
