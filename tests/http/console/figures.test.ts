import { beforeAll, describe, expect, it } from 'vitest';
import { figuresShape } from '../../../src/http/api/figures.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { createApiToken } from '../../../src/operators/api-tokens.ts';
import { fillConsole, operatorOf, PASSWORD } from '../../browser/fixtures/console-newsroom.ts';
import { openShell } from '../../cli/harness.ts';
import { type Browser, openConsole } from './harness.ts';

describe('the figures', async () => {
  const desk = await openConsole();
  const { db } = desk.context;
  const things = await fillConsole(desk.context);
  const viewer = desk.browser();
  const bound = desk.browser();
  beforeAll(async () => {
    const { id } = await db
      .selectFrom('newsletters')
      .select('id')
      .where('slug', '=', 'fin-de-semana')
      .executeTakeFirstOrThrow();
    const email = 'bound@harbour.example';
    await createOperator(db, { email, password: PASSWORD, role: 'viewer', language: 'en' });
    await db
      .updateTable('operators')
      .set({ boundTo: [id] })
      .where('email', '=', email)
      .execute();
    await viewer.post('/console/sign-in', {
      email: operatorOf('viewer', 'en'),
      password: PASSWORD,
    });
    await bound.post('/console/sign-in', { email, password: PASSWORD });
  });
  const see = async (who: Browser, query = '') => who.get(`/console/figures${query}`);

  it('are shown as tables, which add up', async () => {
    const { status, text } = await see(viewer);
    expect(status).toBe(200);
    const [, readers = ''] = /id="readers-table">([\s\S]*?)<\/table>/.exec(text) ?? [];
    const [, newest = ''] = /<tbody>\s*<tr>[\s\S]*?data-value="(\d+)"/.exec(readers) ?? [];
    const { active } = await db
      .selectFrom('subscriptions')
      .innerJoin('newsletters', 'newsletters.id', 'newsletterId')
      .select((eb) => eb.fn.countAll<string>().as('active'))
      .where('slug', '=', things.newsletter)
      .where('state', '=', 'active')
      .executeTakeFirstOrThrow();
    expect(newest).toBe(active);
    expect(text).toContain(`/console/editions/${things.sent}"`);
    expect(text).toContain('Too many emails');
  });

  it('are filtered by newsletter and by day, and a date that is none is told', async () => {
    const one = await see(viewer, '?newsletter=fin-de-semana');
    expect(one.text).not.toContain(`/console/editions/${things.sent}"`);
    expect(one.text).toContain(`/console/editions/${things.paused}"`);
    const early = await see(viewer, '?from=2020-01-01&to=2020-02-01');
    expect(early.text).toContain('No figures yet');
    for (const wrong of ['?from=yesterday', '?from=2026-05-02&to=2026-05-01']) {
      const page = await see(viewer, wrong);
      expect(page.status).toBe(422);
      expect(page.text).toContain('id="from-wrong"');
    }
    expect((await see(viewer, '?newsletter=none')).status).toBe(404);
  });

  it('are of the newsletters that one is bound to', async () => {
    const { text } = await see(bound);
    expect(text).not.toContain('The Daily');
    expect(text).toContain('El Fin de Semana');
    expect((await see(bound, '?newsletter=daily')).status).toBe(404);
    const csv = await bound.get('/console/figures/readers.csv');
    expect(csv.text).not.toContain('daily');
  });

  it('are there as CSV', async () => {
    const readers = await viewer.get('/console/figures/readers.csv?newsletter=daily');
    expect(readers.headers['content-type']).toContain('text/csv');
    expect(readers.headers['content-disposition']).toMatch(/filename=readers-.*\.csv$/);
    expect(readers.text.split('\n')[0]).toBe(
      'newsletter,day,readers,came,left,often,interest,never,other,written',
    );
    const editions = await viewer.get('/console/figures/editions.csv');
    expect(editions.text).toMatch(/^day,id,newsletter,number,kind,state,queued/);
    expect((await viewer.get('/console/figures/other.csv')).status).toBe(404);
  });

  it('are there for programs', async () => {
    const { token } = await createApiToken(db, { name: 'figures', role: 'viewer' });
    const call = async (query: string) => {
      const headers = { Authorization: `Bearer ${token}` };
      return fetch(`${desk.base}/api/v1/figures${query}`, { headers });
    };
    const answer = await call('?newsletter=daily');
    const body = (await answer.json()) as ReturnType<typeof JSON.parse>;
    expect(figuresShape.shape.days.parse(body.days).length).toBeGreaterThan(60);
    expect(body.editions[0]).toMatchObject({ newsletter: 'daily', ledger: { sent: 120 } });
    expect((await call('?from=yesterday')).status).toBe(422);
    expect((await call('?newsletter=none')).status).toBe(404);
    const { gaceta } = await openShell({ DATABASE_URL: desk.context.databaseUrl });
    const shown = await gaceta('figures --newsletter daily --json');
    expect(shown.json().days).toEqual(body.days);
  });
});
