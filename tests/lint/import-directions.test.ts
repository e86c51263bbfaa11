import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const settings = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'));
const { sets, mayImport, packages } = settings.rules['house/import-directions'][1] as {
  sets: Record<string, string[]>;
  mayImport: Record<string, string[]>;
  packages: Record<string, string[]>;
};
const rooms = Object.keys(mayImport);
const folder = mkdtempSync(join(tmpdir(), 'gaceta-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What oxlint says of each file, by its path. */
const said = new Map<string, string>();

const fileIn = (room: string) => (room.endsWith('.ts') ? room : `${room}/deep/down.ts`);
const allowedIn = (room: string) => (mayImport[room] ?? []).flatMap((name) => sets[name] ?? [name]);
const covers = (allowed: string, room: string) =>
  room === allowed || room.startsWith(`${allowed}/`) || allowed.startsWith(`${room}/`);

/** For each room one import of a room it may not import. */
const broken = rooms.flatMap((room) => {
  const other = rooms.find(
    (name) => name !== room && !allowedIn(room).some((allowed) => covers(allowed, name)),
  );
  return other ? [{ room, other }] : [];
});
/** For each package that not all may use one import by a room that may not. */
const misused = Object.entries(packages).map(([name, users]) => {
  const room = rooms.find(
    (each) => !each.endsWith('.ts') && !users.some((user) => covers(user, each)),
  );
  return { name, file: `${room}/uses-${name}.ts` };
});

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
};

beforeAll(async () => {
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  cpSync(join(root, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true });
  for (const { room, other } of broken) {
    const path = relative(dirname(fileIn(room)), fileIn(other));
    write(fileIn(room), `import '${path.startsWith('.') ? path : `./${path}`}';\n`);
  }
  for (const { name, file } of misused) write(file, `import '${name}/part.js';\n`);
  write('src/text/later.ts', `export const later = () => import('../http/app.ts');\n`);
  write('src/text/on.ts', `export * from '../http/app.ts';\n`);
  write('src/editions/fine.ts', `import '../database/tables.ts';\nimport './deep/beside.ts';\n`);
  write('src/mail/one.ts', `import { two } from './two.ts';\nexport const one = () => two;\n`);
  write('src/mail/two.ts', `import { one } from './one.ts';\nexport const two = () => one;\n`);
  const run = promisify(execFile)(join(root, 'node_modules/.bin/oxlint'), ['--format', 'json'], {
    cwd: folder,
  });
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  for (const { filename, message } of JSON.parse(stdout).diagnostics)
    said.set(filename, `${said.get(filename) ?? ''}${message}\n`);
});

test.each(broken)('$room importing $other is reported', ({ room, other }) => {
  expect(said.get(fileIn(room))).toContain(`${room} may not import ${other}`);
});

test('only bench, scripts and tests may import nearly everything', () => {
  expect(broken.length).toBeGreaterThan(rooms.length - 4);
});

test.each(misused)('$name where it may not be used is reported', ({ name, file }) => {
  expect(said.get(file)).toContain(`may use the package ${name}`);
});

test('an import at run time, a re-export and a cycle are reported too', () => {
  expect(said.get('src/text/later.ts')).toContain('src/text may not import src/http/app.ts');
  expect(said.get('src/text/on.ts')).toContain('src/text may not import src/http/app.ts');
  expect(said.get('src/mail/one.ts')).toMatch(/cycle/i);
});

test('an import that is allowed, and one within the room, are not', () => {
  expect(said.get('src/editions/fine.ts')).toBeUndefined();
});
