import { describe, expect, it } from 'vitest';
import { createOperator } from '../../../src/operators/accounts.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';

describe('the console', async () => {
  const { context, browser } = await openConsole();
  const { db } = context;
  await createOperator(db, { email: 'ana@example.org', password, role: 'sender' });
  await createOperator(db, { email: 'vic@example.org', password, role: 'viewer', language: 'es' });
  const signIn = async (email: string): Promise<Browser> => {
    const one = browser();
    await one.post('/console/sign-in', { email, password });
    return one;
  };
  const ana = await signIn('ana@example.org');
  const compose = () => ana.post('/console/editions/new', { newsletter: 'daily', kind: 'daily' });

  it('says that there is nothing new', async () => {
    const answer = await compose();
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('Nothing prepared: no article has arrived');
  });

  it('composes, shows a preview in a closed frame, and sends', async () => {
    await addArticle(db, { title: 'Bridge <b>opens</b>' });
    await addReaders(db, 3);
    const { location = '' } = await compose();
    const page = await ana.get(location);
    expect(page.text).toContain('Draft prepared. Check it');
    expect(page.text).toContain('Bridge &lt;b&gt;opens&lt;/b&gt;');
    expect(page.text).toMatch(/<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    const preview = await ana.get(`${location}/preview?format=html`);
    expect(preview.headers['content-security-policy']).toMatch(/^sandbox /);
    expect(preview.text).toContain('Bridge &lt;b&gt;opens');

    const send = () => ana.post(`${location}/send`, { when: 'now' });
    const [one, two] = await Promise.all([send(), send()]);
    expect([one?.location, two?.location]).toEqual([location, location]);
    const edition = await db.selectFrom('editions').selectAll().executeTakeFirstOrThrow();
    expect(edition.state).toBe('sending');
    const sends = db.selectFrom('audit').select('operatorId').where('action', '=', 'send');
    expect(await sends.execute()).toHaveLength(1);
  });

  it('pauses, goes on, cancels, and says why it cannot', async () => {
    const { id } = await db.selectFrom('editions').select('id').executeTakeFirstOrThrow();
    const press = async (steer: string) => {
      await ana.post(`/console/editions/${id}/${steer}`, {});
      return (await ana.get(`/console/editions/${id}`)).text;
    };
    expect(await press('pause')).toContain('Paused. Emails already started');
    expect(await press('resume')).toContain('Resumed.');
    expect(await press('cancel')).toContain('Cancelled.');
    expect(await press('pause')).toContain('This is no longer possible: the edition was cancelled');
  });

  it('lets a viewer look, in their language, and no more', async () => {
    const vic = await signIn('vic@example.org');
    const home = await vic.get('/console/editions');
    expect(home.text).toContain('<html lang="es">');
    expect(home.text).not.toContain('Nueva edición');
    const before = await db.selectFrom('audit').select('id').execute();
    const { id } = await db.selectFrom('editions').select('id').executeTakeFirstOrThrow();
    for (const path of [`/console/editions/${id}/resume`, '/console/editions/new']) {
      const refused = await vic.post(path, { newsletter: 'daily' });
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('Rol necesario: envíos, o uno superior. Tu rol: consulta.');
    }
    expect(await db.selectFrom('audit').select('id').execute()).toEqual(before);
  });

  it('knows an address that leads nowhere', async () => {
    for (const path of ['/console/editions/9999', '/console/editions/x', '/console/nothing'])
      expect((await ana.get(path)).status, path).toBe(404);
    const none = await ana.post('/console/editions/new', { newsletter: 'none' });
    expect(none.status).toBe(404);
  });

  it('says that nothing leaves this machine while the mailbox is the relay', async () => {
    expect((await ana.get('/console')).text).not.toContain('No email is being sent out');
    const other = await openConsole();
    const mailbox = { smtpUrl: 'smtp://127.0.0.1:1', pageUrl: 'http://127.0.0.1:8025' };
    other.context.mailbox = mailbox;
    const page = await other.browser().get('/console/sign-in');
    expect(page.text).toContain('No email is being sent out');
    expect(page.text).toContain('href="http://127.0.0.1:8025"');
  });
});
