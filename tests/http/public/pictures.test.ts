import { expect, test } from 'vitest';
import { storePictureFile } from '../../../src/pictures/files.ts';
import { photo } from '../../pictures/fixtures.ts';
import { openSite } from './fixtures/site.ts';

const site = await openSite();

test('a picture is served for a year, to everyone alike', async () => {
  const bytes = await photo(264, 198).jpeg().toBuffer();
  const hash = await storePictureFile(site.context.db, { bytes, width: 264, height: 198 });
  const response = await site.get(`/p/${hash}.jpg`);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'cross-origin',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  expect(response.headers.get('set-cookie')).toBeNull();
  expect(response.headers.get('vary') ?? '').not.toMatch(/cookie|accept-language/i);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
});

test('what is no picture of ours is not there', async () => {
  for (const name of [
    `${'0'.repeat(32)}.jpg`,
    `${'0'.repeat(32)}.png`,
    '..%2f',
    `${'A'.repeat(32)}.jpg`,
  ])
    expect((await site.get(`/p/${name}`)).status).toBe(404);
});
