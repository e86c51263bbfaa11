import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { openApi } from './harness.ts';

const { base, token, call } = await openApi();

test('the example of docs/api.md keeps a CMS in step', async () => {
  const page = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const source = /<!-- keep in step -->\s+```ts\n([\s\S]+?)```/.exec(page)?.[1] ?? '';
  const code = Buffer.from(stripTypeScriptTypes(source)).toString('base64');
  const { keepInStep } = await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`);
  const api = `${base}/api/v1`;
  const keep = (id: number, post: object | null) => keepInStep(api, token.editor, id, post);
  const post = {
    title: 'Ferry late',
    summary: 'Fog.',
    url: 'https://news.example.org/ferry',
    publishedAt: '2026-03-01T07:00:00Z',
  };
  const made = await keep(7, post);
  expect(await keep(7, { ...post, title: 'Ferry later' })).toMatchObject({
    id: made.id,
    title: 'Ferry later',
    standfirst: 'Fog.',
  });
  await expect(keep(8, post)).rejects.toThrow(`Article ${made.id}`);
  expect(await keep(7, null)).toBeNull();
  expect(await keep(9, null)).toBeNull();
  expect((await call('GET', '/articles')).body.data).toEqual([]);
});
