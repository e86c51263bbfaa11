import { parseArgs } from 'node:util';
import { type Report, torture } from './torture-run.ts';

// Each process that is started is ended with this one.
process.setMaxListeners(0);

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    readers: { type: 'string', default: '6000' },
    uncertain: { type: 'string', default: 'resend' },
    json: { type: 'boolean', default: false },
  },
});
for (const name of ['kills', 'readers'] as const) {
  if (!/^\d+$/.test(values[name])) throw new Error(`--${name} must be a whole number`);
}
if (values.uncertain !== 'resend' && values.uncertain !== 'hold')
  throw new Error('--uncertain must be resend or hold');

const report: Report = await torture({
  kills: Number(values.kills),
  readers: Number(values.readers),
  uncertain: values.uncertain,
  say: (line) => void process.stderr.write(`${line}\n`),
});
process.stdout.write(`${JSON.stringify(report, null, values.json ? 0 : 2)}\n`);
const right =
  report.missed === 0 &&
  report.doubledOtherwise === 0 &&
  report.ledgerBalanced &&
  report.reported > 0 &&
  report.notWrittenOnce + report.notSuppressed + report.stillSubscribed === 0 &&
  report.doubledUncertain <= report.mostDoubles;
process.exit(right ? 0 : 1);
