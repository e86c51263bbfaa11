import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { createOperator } from '../../../src/operators/accounts.ts';
import { addArticle } from '../api/fixtures.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';
const { context, base, browser } = await openConsole();
const { db } = context;

it('sends nobody on before what the next page is to say is kept', async () => {
  await createOperator(db, { email: 'ana@example.org', password, role: 'editor' });
  await addArticle(db, { title: 'Bridge opens' });
  const ana = browser();
  await ana.post('/console/sign-in', { email: 'ana@example.org', password });
  const answered = Promise.withResolvers<IncomingMessage>();
  let early = false;
  await db.transaction().execute(async (tx) => {
    await sql`select from sessions for update`.execute(tx);
    const req = request(`${base}/console/editions/new`, {
      method: 'POST',
      headers: {
        Cookie: ana.cookie ?? '',
        'Sec-Fetch-Site': 'same-origin',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
    });
    req.end('newsletter=daily&kind=daily');
    void once(req, 'response').then(([res]) => {
      early = true;
      answered.resolve(res);
    });
    const waiting = async () => {
      const { rows } = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and query ilike '%sessions%'
          and datname = current_database()`.execute(db);
      return rows.length;
    };
    await expect.poll(waiting).toBe(1);
    expect(early).toBe(false);
  });
  const res = await answered.promise;
  expect(res.statusCode).toBe(303);
  res.resume();
  const next = await ana.get(res.headers.location ?? '');
  expect(next.text).toMatch(/draft prepared/i);
});
