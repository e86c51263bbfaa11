import { afterAll, describe, expect, it } from 'vitest';
import { addAnswers } from '../../src/deliveries/answer-counts.ts';
import { openShell } from '../cli/harness.ts';
import { openApi } from '../http/api/harness.ts';
import { startSink } from '../relays/sink.ts';

describe('the relays', async () => {
  let refuses: string | undefined;
  const sink = await startSink({
    react: (step) => (step === 'mail' && refuses ? { reply: refuses } : undefined),
  });
  afterAll(() => sink.close());
  const today = new Date().toISOString().slice(0, 10);
  const SMTP_URL = [
    `smtp://127.0.0.1:${sink.port}?name=first&rate=20&warmup=${today}:500:2`,
    'smtps://desk:a-secret@127.0.0.1:1?name=closed&connections=3',
  ].join(',');
  const api = await openApi({ SMTP_URL, MAIL_FROM: 'The Daily <daily@news.example>' });
  const { context, call } = api;

  it('are listed as SMTP_URL has them, with what they answered and no password', async () => {
    const counted = { receiverGroup: 'google', sent: 9, deferred: 2, refused: 1, lost: 0 };
    await addAnswers(context.db, [{ ...counted, relay: 'first', words: '450 later' }]);
    await addAnswers(context.db, [{ ...counted, relay: 'first', words: null }]);
    const { status, body } = await call('GET', '/relays', undefined, { role: 'viewer' });
    expect(status).toBe(200);
    expect(body.data).toMatchObject([
      {
        name: 'first',
        host: '127.0.0.1',
        tls: 'offered',
        rate: 20,
        warmUp: { ceiling: 500, sentToday: 18 },
        lastDay: { sent: 18, deferred: 4, refused: 2, lost: 0 },
        lastWords: { text: '450 later' },
      },
      {
        name: 'closed',
        tls: 'implicit',
        authenticated: true,
        connections: 3,
        rate: null,
        warmUp: null,
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('a-secret');
  });

  it('take a test message, and what they say is told', async () => {
    const { status, body } = await call('POST', '/relays/first/test', {
      email: 'ana@news.example',
      language: 'es',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, at: null, code: 250, fix: null });
    const [message] = sink.accepted;
    expect(message).toMatchObject({ from: 'daily@news.example', to: 'ana@news.example' });
    expect(message?.bytes.toString()).toContain('Subject: Prueba del servidor de correo first');
  });

  it('refuse it, and are not there: in their words, with what to do', async () => {
    refuses = '550 5.7.1 sender not allowed';
    const refused = await call('POST', '/relays/first/test', { email: 'ana@news.example' });
    expect(refused.body).toMatchObject({ ok: false, at: 'mail', code: 550, reply: refuses });
    expect(refused.body.fix).toContain('MAIL_FROM');
    refuses = undefined;
    const away = await call('POST', '/relays/closed/test', { email: 'ana@news.example' });
    expect(away.body).toMatchObject({ ok: false, at: 'connect', code: null });
    expect(away.body.fix).toContain('Nothing listens on port 1');
  });

  it('are tried by admins, thirty times an hour, and each test is written down', async () => {
    const test = (role: 'admin' | 'editor', name = 'first', email = 'ana@news.example') =>
      call('POST', `/relays/${name}/test`, { email }, { role });
    expect((await test('editor')).status).toBe(403);
    expect((await test('admin', 'none')).status).toBe(404);
    expect((await test('admin', 'first', 'nobody')).status).toBe(422);
    const values = Array.from({ length: 30 }, () => ({
      actor: 'cli',
      action: 'test',
      object: 'relay first',
    }));
    await context.db.insertInto('audit').values(values).execute();
    const before = sink.accepted.length;
    expect((await test('admin')).status).toBe(429);
    expect(sink.accepted.length).toBe(before);
    await context.db.deleteFrom('audit').where('actor', '=', 'cli').execute();
  });

  it('are there on the command line', async () => {
    const { gaceta } = await openShell({
      DATABASE_URL: context.databaseUrl,
      SMTP_URL,
      MAIL_FROM: 'daily@news.example',
    });
    const list = await gaceta('relays list --json');
    expect(list.json().data).toHaveLength(2);
    const taken = await gaceta('relays test first --to bea@news.example --json');
    expect([taken.code, taken.json().ok]).toEqual([0, true]);
    expect(sink.accepted.at(-1)?.to).toBe('bea@news.example');
    const away = await gaceta('relays test closed --to bea@news.example');
    expect(away.code).toBe(1);
    expect(away.stdout).toContain('Nothing listens on port 1');
  });
});
