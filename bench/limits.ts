import { parseArgs } from 'node:util';
import { CASES, type Case, type Result } from './limits-cases.ts';
import { openStage } from './limits-stage.ts';

/**
 * What the limits of relays and receivers, and what goes wrong for a while, cost: each case beside what is wanted of
 * it. `npm run bench -- limits [--only NAME,…] [--json]`; ends with 1 where something takes longer than wanted.
 */
const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const names = values.only?.split(',') ?? Object.keys(CASES);
const unknown = names.filter((name) => !(name in CASES));
if (unknown.length > 0)
  throw new Error(`--only must be of ${Object.keys(CASES).join(', ')}, not ${unknown.join(', ')}`);

const results: Record<string, Result> = {};
const stage = await openStage();
try {
  for (const name of names) {
    process.stderr.write(`${name}\n`);
    const result = await (CASES[name] as Case)(stage);
    results[name] = result;
    process.stderr.write(`  ${JSON.stringify(result)}\n`);
  }
} finally {
  await stage.close();
}
process.stdout.write(`${JSON.stringify(results, null, values.json ? 0 : 2)}\n`);
process.exit(Object.values(results).every(({ asWanted }) => asWanted) ? 0 : 1);
