import { expect, test } from 'vitest';
import { openLog } from '../../src/process/log.ts';
import { isAway, watchOutage } from '../../src/process/outage.ts';
import { forTerminal } from '../../src/process/terminal.ts';

function logged(write: (log: ReturnType<typeof openLog>) => void): string[] {
  const lines: string[] = [];
  write(openLog('info', 'worker', { write: (line: string) => void lines.push(line) }));
  return lines;
}
const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), {
  code: 'ECONNREFUSED',
});

test('a level is a word', () => {
  const [line = ''] = logged((log) => log.warn({ edition: '7' }, 'it waits'));
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', name: 'worker', msg: 'it waits' });
});

test('on a terminal a line is for a person', () => {
  const [line = '', failed = ''] = logged((log) => {
    log.info({ edition: '7', words: 'a b' }, 'sent');
    log.error({ err: new Error('broken') }, 'failed');
  }).map(forTerminal);
  expect(line).toMatch(/^\d\d:\d\d:\d\d worker sent edition=7 words=a b\n$/);
  expect(failed).toMatch(/error failed/);
  expect(failed).toMatch(/\n {4}Error: broken\n {8}at .*terminal\.test\.ts/);
});

test('what only follows from a service that is lost is left out, once that is said', () => {
  const lines = logged((log) => {
    const outage = watchOutage(log, 'PostgreSQL at db.example');
    outage.found();
    outage.lost(refused);
    outage.lost(refused);
    log.error({ err: refused, task: 'feeds' }, 'a task failed');
    log.error({ err: new Error('a bug') }, 'another');
    log.error({ err: refused, request: '1' }, 'a reader saw this');
    outage.found();
    outage.found();
    log.error({ err: refused }, 'of something else');
  }).map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(lines).toEqual([
    'PostgreSQL at db.example does not answer (ECONNREFUSED); trying again until it does',
    'another',
    'a reader saw this',
    'PostgreSQL at db.example answers again',
    'of something else',
  ]);
});

test('an error about what was asked is no outage', () => {
  expect(isAway(refused)).toBe(true);
  expect(isAway(new AggregateError([refused, refused]))).toBe(true);
  expect(isAway(Object.assign(new Error('duplicate key'), { code: '23505' }))).toBe(false);
});
