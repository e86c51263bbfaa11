import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { causes } from '../../../src/actions/attention/causes.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';
const page = '/console/settings/alerts';

test('each operator chooses their own alerts; admins see who is told, by which way, and what failed', async () => {
  const { context, browser } = await openConsole({
    ALERT_TO: 'desk@news.test',
    ALERT_SMTP_URL: 'smtp://user:secret@127.0.0.1:2525',
  });
  const { db } = context;
  await createOperator(db, { email: 'ana@news.test', password, role: 'admin' });
  await createOperator(db, { email: 'eve@news.test', password, role: 'viewer', language: 'es' });
  const signedIn = async (email: string) => {
    const person = browser();
    await person.post('/console/sign-in', { email, password });
    return person;
  };
  const [ana, eve] = [await signedIn('ana@news.test'), await signedIn('eve@news.test')];
  await sql`with a as (insert into attention (cause, subject, detail, since, raised_at)
      values ('disk', 'disk', 'disk.low', now(), now()) returning id)
    insert into alerts (attention_id, event, email, language, relay, answer, attempts)
    select id, 'raised', 'desk@news.test', 'en', 'alarm', '451 no <ana@readers.test> today', 3 from a`.execute(
    db,
  );

  const seen = await ana.get(page);
  for (const cause of causes) expect(seen.text).toContain(`value="${cause}"`);
  expect(seen.text).toContain('127.0.0.1:2525');
  expect(seen.text).toContain('desk@news.test');
  expect(seen.text).toContain('alarm: 451 no &lt;a•••@readers.test&gt; today');
  expect(seen.text).not.toContain('secret');
  const plain = await eve.get(page);
  expect(plain.text).toContain('Edición en pausa');
  expect(plain.text).not.toContain('desk@news.test');

  const saved = await eve.post(page, [
    ['alerts', 'paused'],
    ['alerts', 'disk'],
  ]);
  expect([saved.status, saved.location]).toEqual([303, page]);
  expect((await eve.get(page)).text).toMatch(/value="disk"[^>]* checked/);
  expect((await eve.get(page)).text).not.toMatch(/value="queue"[^>]* checked/);
  const chosen = () =>
    db.selectFrom('operators').select(['email', 'alerts']).orderBy('id').execute();
  expect(await chosen()).toEqual([
    { email: 'ana@news.test', alerts: [] },
    { email: 'eve@news.test', alerts: ['paused', 'disk'] },
  ]);
  await eve.post(page, {});
  expect((await chosen())[1]?.alerts).toEqual([]);
});
