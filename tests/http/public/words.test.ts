import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keysOf } from '../../../src/locales/index.ts';

const root = join(import.meta.dirname, '../../../src/http');
const sources = ['public', 'views/reader']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  .map((file) => readFileSync(file, 'utf8'));

test('every sentence that a page asks for is there', () => {
  const known = new Set(keysOf('en', 'pages'));
  const asked = sources.flatMap((source) =>
    [...source.matchAll(/\bt\('([a-zA-Z]+\.[a-zA-Z.]+)'/g)].map(([, key = '']) => key),
  );
  expect(asked.length).toBeGreaterThan(80);
  expect(asked.filter((key) => !known.has(key) && !known.has(`${key}_other`))).toEqual([]);
});
