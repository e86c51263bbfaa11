import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isIgnored } from '../harness/dockerfile.ts';

const top = join(import.meta.dirname, '../..');
const dockerignore = readFileSync(join(top, '.dockerignore'), 'utf8');
const inImage = (path: string) => !isIgnored(path, dockerignore);
const inGit = (path: string) =>
  spawnSync('git', ['check-ignore', '--no-index', '-q', path], { cwd: top }).status === 1;

describe.each([
  '.env',
  '.env.production',
  'dkim.pem',
  'src/dkim.pem',
  'keys/relay.key',
  'gaceta-2026-11-24.backup',
  'src/gaceta.backup',
  'data/postgres/PG_VERSION',
  'node_modules/express/index.js',
])('%s', (path) => {
  test('is not in git', () => expect(inGit(path)).toBe(false));
  test('is not in the image', () => expect(inImage(path)).toBe(false));
});

test('what the program runs on is in both', () => {
  for (const path of ['src/cli.ts', 'package-lock.json', 'emails/templates/digest.eta', '.npmrc'])
    expect([path, inGit(path), inImage(path)]).toEqual([path, true, true]);
  expect(inGit('.env.example')).toBe(true);
  expect(inImage('tests/whole/demo.test.ts')).toBe(false);
});
