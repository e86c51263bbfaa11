// Prints which room imports which, with how many imports, and every cycle of files: none is what we want.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, normalize } from 'node:path';

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

const files = execFileSync('git', ['ls-files', 'bin', 'src', 'emails', 'workers'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ts|js)$/.test(file) && !/\/(assets|views)\//.test(file));

const imports = new Map(
  files.map((file) => {
    const found = readFileSync(file, 'utf8').matchAll(IMPORT);
    return [file, [...found].map(([, path]) => normalize(`${dirname(file)}/${path}`))];
  }),
);

/** The first two folders of a file in src/, else the first; a file beside the folders is its own room. */
function roomOf(file: string): string {
  const folders = file.split('/').slice(0, -1);
  if (folders[0] !== 'src') return folders[0] ?? file;
  return folders[1] ? `src/${folders[1]}` : file;
}

/** The files of one cycle through `file`, or nothing. */
function cycleFrom(file: string, path: string[], settled: Set<string>): string[] | undefined {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (settled.has(file)) return undefined;
  for (const target of imports.get(file) ?? []) {
    const cycle = cycleFrom(target, [...path, file], settled);
    if (cycle) return cycle;
  }
  settled.add(file);
  return undefined;
}

const rooms = new Map<string, Map<string, number>>();
for (const [file, targets] of imports)
  for (const target of targets) {
    const room = roomOf(file);
    if (roomOf(target) === room) continue;
    const counts = rooms.get(room) ?? new Map<string, number>();
    counts.set(roomOf(target), (counts.get(roomOf(target)) ?? 0) + 1);
    rooms.set(room, counts);
  }
const byName = ([a]: [string, unknown], [b]: [string, unknown]) => a.localeCompare(b);
for (const [room, counts] of [...rooms].toSorted(byName)) {
  const targets = [...counts].toSorted(byName).map(([name, n]) => `${name} ${n}`);
  console.log(`${room} -> ${targets.join(', ')}`);
}

const settled = new Set<string>();
const cycles = files.flatMap((file) => {
  const cycle = cycleFrom(file, [], settled);
  return cycle ? [cycle.join(' -> ')] : [];
});
for (const cycle of cycles) console.log(`cycle: ${cycle}`);
console.log(`${files.length} files, ${cycles.length} cycles`);
if (cycles.length > 0) process.exitCode = 1;
