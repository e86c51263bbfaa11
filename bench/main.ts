/** The benches by their names; each reads its own options from the command line. */
const benches: Record<string, () => Promise<unknown>> = {
  archive: () => import('./archive.ts'),
  bounces: () => import('./bounces.ts'),
  console: () => import('./console.ts'),
  deliver: () => import('./deliver.ts'),
  import: () => import('./import.ts'),
  letters: () => import('./letters.ts'),
  limits: () => import('./limits.ts'),
  web: () => import('./web.ts'),
};

// Each process that is started is ended with this one.
process.setMaxListeners(0);

const [name = ''] = process.argv.splice(2, 1);
const bench = benches[name];
if (!bench) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join('|')} [options]\n`);
  process.exit(2);
}
await bench();
