import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeAddresses, judgeBounces } from './corpora-bounces.ts';
import { judgeFeeds } from './corpora-feeds.ts';
import { type Rates, share } from './corpora-rates.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    dir: { type: 'string', default: '../shared/corpora' },
    misses: { type: 'boolean' },
  },
});
const feeds = judgeFeeds(values.dir);
const bounces = await judgeBounces(values.dir);
const mailman = await judgeAddresses(values.dir);
const all = [feeds, bounces, mailman].filter((one) => one !== undefined);
if (all.length === 0) {
  console.error(
    `No corpora: expected feeds, bounces or bounces-mailman in ${resolve(values.dir)}. Put them there or name their folder with --dir.`,
  );
  process.exit(2);
}

if (values.json)
  console.log(
    JSON.stringify({
      ...feeds?.values,
      ...(bounces && { bounces: bounces.values }),
      ...(mailman && { mailman: mailman.values }),
    }),
  );
else for (const rates of all) print(rates);
if (values.misses) for (const { misses } of all) for (const miss of misses) console.error(miss);

function print({ title, rows, values: { refused, crashed } }: Rates) {
  console.log(title);
  console.log(`${''.padEnd(20)}${'right'.padStart(12)}${'share'.padStart(9)}${'aim'.padStart(11)}`);
  for (const [name, part, whole, aim, most] of rows)
    console.log(
      `${name.padEnd(20)}${`${part}/${whole}`.padStart(12)}${percent(share(part, whole)).padStart(9)}${`${most ? '≤' : '≥'} ${percent(aim)}`.padStart(11)}`,
    );
  if (refused !== undefined && crashed !== undefined)
    console.log(`refused in plain words ${refused}, crashed ${crashed}`);
}

function percent(value: number) {
  return `${(value * 100).toFixed(1)} %`;
}
