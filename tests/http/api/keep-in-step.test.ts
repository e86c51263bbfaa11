import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openApi } from './harness.ts';

const { base, token, call } = await openApi();

const page = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const api = `${base}/api/v1`;

test('the example of docs/api.md keeps a CMS in step', async () => {
  const source = /<!-- keep in step -->\s+```ts\n([\s\S]+?)```/.exec(page)?.[1] ?? '';
  const code = Buffer.from(stripTypeScriptTypes(source)).toString('base64');
  const { keepInStep } = await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`);
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

test('so does that in Python', async (context) => {
  const run = promisify(execFile);
  await run('python3', ['--version']).catch(() => context.skip('this machine has no python3'));
  const source = /```python\n([\s\S]+?)```/.exec(page)?.[1] ?? '';
  const example = `
import sys
post = lambda id, title: {"id": id, "title": title, "summary": "", "published_at": "2026-03-01T07:00:00Z",
                          "url": f"https://news.example.org/{id}"}
keep_all_in_step(sys.argv[1], sys.argv[2], [post(n, f"Post {n}") for n in range(120)] + [post(120, "")])`;
  const { stdout } = await run('python3', ['-c', source + example, api, token.editor]);
  expect(stdout).toMatch(/^post-120 .*title.*\n$/);
  expect((await call('GET', '/articles?limit=1000')).body.data).toHaveLength(120);
});
