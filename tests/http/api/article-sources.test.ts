import { expect, it } from 'vitest';
import { articleShape } from '../../../src/http/api/shapes.ts';
import { openApi } from './harness.ts';

const { call, context } = await openApi();

const write = async (title: string) =>
  articleShape.parse(
    (
      await call('POST', '/articles', {
        newsletter: 'daily',
        title,
        url: `https://port.example/${title}`,
        author: 'Ana Ruiz',
      })
    ).body,
  );

it('two articles are joined, shown as such, and separated again as they were', async () => {
  const [kept, copy] = [await write('kept'), await write('copy')];
  const joined = await call(
    'POST',
    `/articles/${kept.id}/join`,
    { copy: copy.id },
    { role: 'editor' },
  );
  expect(joined.body).toEqual(JSON.parse(JSON.stringify(kept)));
  expect((await call('GET', `/articles/${copy.id}`)).status).toBe(404);

  const { data } = (await call('GET', `/articles/${kept.id}/sources`)).body;
  expect(data).toMatchObject([
    { title: 'kept', joinedBy: null },
    { title: 'copy', joinedBy: 'operator', feed: null, newsletter: 'daily' },
  ]);
  const path = (source: string) => `/articles/${kept.id}/sources/${source}/separate`;
  const separated = await call('POST', path(data[1].id));
  expect(separated.status).toBe(201);
  expect(separated.body).toEqual(JSON.parse(JSON.stringify(copy)));
  expect((await call('POST', path(data[1].id))).status).toBe(404);

  const audited = await context.db.selectFrom('audit').select('action').orderBy('id').execute();
  expect(audited.map(({ action }) => action)).toEqual(['create', 'create', 'join', 'separate']);
});

it('what is not there, or not allowed, is refused', async () => {
  const { id } = await write('alone');
  expect((await call('GET', '/articles/999999/sources')).status).toBe(404);
  expect((await call('POST', `/articles/${id}/join`, { copy: id })).status).toBe(404);
  expect((await call('POST', `/articles/${id}/join`, { copy: '999999' })).status).toBe(404);
  expect((await call('POST', `/articles/${id}/join`, {})).status).toBe(422);
  const asSender = await call('POST', `/articles/${id}/join`, { copy: '1' }, { role: 'sender' });
  expect(asSender.status).toBe(403);
});
