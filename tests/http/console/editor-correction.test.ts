import { simpleParser } from 'mailparser';
import { afterAll, expect, it } from 'vitest';
import { createOperator } from '../../../src/operators/accounts.ts';
import { startWorker } from '../../../workers/main.ts';
import { startSink } from '../../relays/sink.ts';
import { addArticle, addReaders } from '../api/fixtures.ts';
import { sendDaily } from './fixtures/compose.ts';
import { fieldsOf, filled } from './fixtures/editor-form.ts';
import { openConsole } from './harness.ts';

const password = 'correct horse';

it('a correction while it is being sent reaches the readers not yet sent, and nobody else', async () => {
  const release = Promise.withResolvers<void>();
  // The relay holds its answers back, so that no more than what is in flight has started.
  const sink = await startSink({
    react: (step) => (step === 'dot' ? { after: release.promise } : undefined),
  });
  afterAll(() => sink.close());
  const { context, browser } = await openConsole({
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=1&name=sink`,
    MAIL_FROM: 'The Daily <daily@news.example>',
  });
  const { db } = context;
  await createOperator(db, { email: 'ana@example.org', password, role: 'editor' });
  const article = await addArticle(db, { title: 'Mayor reigns' });
  await addReaders(db, 12);
  const ana = browser();
  await ana.post('/console/sign-in', { email: 'ana@example.org', password });
  const path = `${await sendDaily(ana)}/edit`;
  const worker = await startWorker(context);
  afterAll(() => worker.stop());
  await expect.poll(() => sink.received.length).toBeGreaterThan(0);

  const page = await ana.get(path);
  expect(page.text).toMatch(/\d of 12 readers\. A correction/);
  expect(page.text).not.toContain('name="when"');
  const fields = fieldsOf(page.text, 'editor');
  const corrected = { [`title-${article}`]: 'Mayor resigns', do: 'save' };
  expect((await ana.post(path, filled(fields, corrected))).location).toBe(path);
  expect((await ana.get(path)).text).toMatch(
    /Correction no\. 1 saved\. Readers still to receive it: (9|1\d)\./,
  );
  release.resolve();

  await expect
    .poll(() => db.selectFrom('editions').select(['state', 'revision']).execute())
    .toEqual([{ state: 'sent', revision: 2 }]);
  expect((await browser().get('/archive/daily/1')).text).toContain('Mayor resigns');
  const mails = await Promise.all(sink.accepted.map(({ bytes }) => simpleParser(bytes)));
  const told = mails.map((mail) => (mail.text?.includes('Mayor resigns') ? 'new' : 'old'));
  expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(12);
  const revisions = await db.selectFrom('deliveries').select('revision').execute();
  expect(told.filter((one) => one === 'new').length).toBe(
    revisions.filter(({ revision }) => revision === 2).length,
  );
  expect(told.filter((one) => one === 'new').length).toBeGreaterThanOrEqual(10);
  expect(told.filter((one) => one === 'old').length).toBeGreaterThanOrEqual(1);
});
