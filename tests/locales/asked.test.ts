import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allStringsOf, withoutPlural } from './strings.ts';

const http = join(import.meta.dirname, '../../src/http');
const files = ['console', 'views/console'].flatMap((folder) =>
  readdirSync(join(http, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|eta)$/.test(file))
    .map((file) => join(http, folder, file)),
);

test('every string that the console asks for by its name is there', async () => {
  // by its path below its file: `t` knows which file it is of
  const known = new Set(
    (await allStringsOf('en')).map(([key]) => withoutPlural(key.slice(key.indexOf('.') + 1))),
  );
  const asked = files.flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(
        /\bt\(\s*'([\w.-]+)'|leaveMessage\(\s*req,\s*'([\w.-]+)'/g,
      ),
    ].map(([, key, left]) => `${file.slice(http.length)} ${key ?? left}`),
  );
  expect(asked.length).toBeGreaterThan(200);
  expect(asked.filter((one) => !known.has(one.split(' ')[1] ?? ''))).toEqual([]);
});
