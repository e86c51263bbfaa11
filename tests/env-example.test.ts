import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => readFileSync(`${import.meta.dirname}/../${file}`, 'utf8');

test('.env.example names every variable of the configuration, and no other', () => {
  const example = new Set([...read('.env.example').matchAll(/^#([A-Z_]+)=/gm)].map((m) => m[1]));
  const known = new Set([...read('src/config.ts').matchAll(/^ {2}([A-Z_]+):/gm)].map((m) => m[1]));
  expect(known.size).toBeGreaterThan(20);
  expect(example).toEqual(known);
});
