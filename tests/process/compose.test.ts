import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const compose = read('compose.yaml');
const service = (name: string) =>
  new RegExp(`^  ${name}:.*\n((?:    .*\n)+)`, 'm').exec(compose)?.[1] ?? '';

test('every variable is handed on to every process of Gaceta', () => {
  const known = [...read('.env.example').matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name ?? '');
  // where the container listens and keeps its files is the image's own
  const inside = ['PORT', 'HOST', 'DATA_DIR', 'MAILBOX_PORT'];
  const handed = [...service('migrate').matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name);
  expect(new Set(handed)).toEqual(new Set(known.filter((name) => !inside.includes(name))));
  for (const name of ['web', 'worker']) expect(service(name)).toContain('<<: *gaceta');
});

test('nothing listens beyond this machine', () => {
  const ports = [...compose.matchAll(/^ +ports: (.*)$/gm)].map(([, list]) => list);
  expect(ports).toEqual([expect.stringMatching(/^\["127\.0\.0\.1:[^,]+\]$/)]);
});

test('what runs on is started again, and looked after', () => {
  for (const name of ['web', 'worker', 'postgres', 'redis'])
    expect(service(name)).toContain('restart: unless-stopped');
  for (const name of ['web', 'postgres', 'redis']) expect(service(name)).toContain('healthcheck:');
});
