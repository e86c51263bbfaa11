import { describe, expect, it } from 'vitest';
import { openApi } from './harness.ts';

describe('the sign-up settings', async () => {
  const { call, context } = await openApi();

  it('are shown, and changed one by one, with an audit row', async () => {
    const shown = await call('GET', '/sign-up', undefined, { role: 'viewer' });
    expect(shown.body).toMatchObject({ proof: 'unusual', wording: {}, wordingVersion: null });
    const first = await call('PATCH', '/sign-up', { wording: { en: 'Mail me.' } });
    expect(first.status).toBe(200);
    const second = await call('PATCH', '/sign-up', { proof: 'always' });
    expect(second.body).toEqual({ ...first.body, proof: 'always' });
    expect(second.body.wordingVersion).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect((await call('GET', '/sign-up')).body).toEqual(second.body);
    const rows = await context.db
      .selectFrom('audit')
      .select(['action', 'object', 'detail'])
      .execute();
    expect(rows).toEqual([
      { action: 'change', object: 'sign-up', detail: { fields: ['wording'] } },
      { action: 'change', object: 'sign-up', detail: { fields: ['proof'] } },
    ]);
  });

  it.each([
    [{ perDomain: 0 }, '/perDomain'],
    [{ perOrigin: [5, 4] }, '/perOrigin/1'],
    [{ wording: { en: ' ' } }, '/wording/en'],
    [{ wordingVersion: 'mine' }, '/wordingVersion'],
    [{ colour: 'red' }, '/colour'],
  ])('%j is refused', async (body, pointer) => {
    const before = await call('GET', '/sign-up');
    const answer = await call('PATCH', '/sign-up', body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
    expect((await call('GET', '/sign-up')).body).toEqual(before.body);
  });

  it('are changed by an admin alone', async () => {
    const answer = await call('PATCH', '/sign-up', { proof: 'unusual' }, { role: 'editor' });
    expect(answer.status).toBe(403);
  });
});
