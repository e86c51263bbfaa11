import { once } from 'node:events';
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site, tokensFor } from './fixtures/site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
  await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
});

/** The bytes as they come; fetch would decompress them. */
async function raw(path: string, encodings: string) {
  const sent = request(`${site.url}${path}`, { headers: { 'Accept-Encoding': encodings } }).end();
  const [answer] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { headers: answer.headers, body: Buffer.concat(chunks) };
}

test.each([
  ['/', 'Email address'],
  ['/assets/reader.css', '.skip'],
  ['/vendor/altcha/altcha.js', 'altcha'],
  ['/api/openapi.json', 'openapi'],
])('%s is compressed as the browser asks', async (path, words) => {
  const brotli = await raw(path, 'gzip, br');
  expect(brotli.headers['content-encoding']).toBe('br');
  expect(brotli.headers.vary).toContain('Accept-Encoding');
  const text = brotliDecompressSync(brotli.body).toString();
  expect(text).toContain(words);
  expect(brotli.body.length).toBeLessThan(Buffer.byteLength(text) / 2);
  const gzip = await raw(path, 'gzip');
  expect(gzip.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(gzip.body).toString()).toBe(text);
  const plain = await raw(path, 'identity');
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.body.toString()).toBe(text);
});

test('a page with a token in its address is not: its length would tell of the tokens in it', async () => {
  await site.postJson('/subscribe', { email: 'ana@example.org' });
  const { confirm, preferences, privacy } = await tokensFor(site.context, 'ana@example.org');
  for (const path of [
    `/confirm/${confirm}`,
    `/preferences/${preferences}`,
    `/privacy/${privacy}`,
  ]) {
    const { headers, body } = await raw(path, 'gzip, br');
    expect(headers['content-encoding'], path).toBeUndefined();
    expect(body.toString()).toContain('<!doctype html>');
  }
});
