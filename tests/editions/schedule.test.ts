import { expect, test } from 'vitest';
import { frequenciesOf } from '../../src/editions/frequencies.ts';
import { type Schedule, slotsDue } from '../../src/editions/schedule.ts';

const newsletter = (settings: Partial<Schedule> = {}): Schedule => ({
  active: true,
  timezone: 'Europe/Madrid',
  sendAt: '07:00',
  kinds: ['daily'],
  days: [1, 2, 3, 4, 5, 6, 7],
  weeklyDay: 7,
  reviewMinutes: 30,
  scheduledSince: new Date('2020-01-01T00:00:00Z'),
  ...settings,
});
const due = (now: string, settings?: Partial<Schedule>) =>
  slotsDue(newsletter(settings), new Date(now)).map(
    ({ kind, localDate, sendAt }) => `${kind} ${localDate} ${sendAt.toISOString()}`,
  );
const today = 'daily 2026-11-24 2026-11-24T06:00:00.000Z';

test.each([
  ['a minute before its draft', '2026-11-24T05:29:59Z', []],
  ['when its draft is due', '2026-11-24T05:30:00Z', [today]],
  ['at its hour', '2026-11-24T06:00:00Z', [today]],
  ['two hours late', '2026-11-24T08:00:00Z', [today]],
  ['later than that', '2026-11-24T08:00:01Z', []],
])('an edition is due %s: %s', (_, now, expected) => {
  expect(due(now)).toEqual(expected);
});

test('an hour before the schedule was made is never made up for', () => {
  const scheduledSince = new Date('2026-11-24T06:00:01Z');
  expect(due('2026-11-24T06:30:00Z', { scheduledSince })).toEqual([]);
  expect(due('2026-11-25T05:45:00Z', { scheduledSince })).toHaveLength(1);
});

test('an inactive newsletter has no editions', () => {
  expect(due('2026-11-24T06:00:00Z', { active: false })).toEqual([]);
});

test('days and the weekly day are those of the newsletter’s own clock', () => {
  // Tuesday 05:30 in Sydney is still Monday in UTC.
  const sydney = { timezone: 'Australia/Sydney', sendAt: '05:30' };
  const at = '2026-11-23T18:30:00Z';
  expect(due(at, { ...sydney, days: [2] })).toEqual(['daily 2026-11-24 2026-11-23T18:30:00.000Z']);
  expect(due(at, { ...sydney, days: [1] })).toEqual([]);
  expect(due(at, { ...sydney, kinds: ['daily', 'weekly'], weeklyDay: 2 })).toHaveLength(2);
  expect(due(at, { ...sydney, kinds: ['weekly', 'special'], weeklyDay: 1 })).toEqual([]);
});

test('an hour just after midnight has its draft the evening before, and is made up for the day after', () => {
  const midnight = { sendAt: '00:10' };
  const slot = ['daily 2026-11-24 2026-11-23T23:10:00.000Z'];
  expect(due('2026-11-23T22:45:00Z', midnight)).toEqual(slot);
  expect(due('2026-11-24T01:00:00Z', midnight)).toEqual(slot);
});

test.each([
  ['Europe/Madrid', '02:30', '2026-03-29', '2026-03-29T01:00:00.000Z'],
  ['Europe/Madrid', '02:30', '2026-10-25', '2026-10-25T00:30:00.000Z'],
  ['America/New_York', '02:30', '2026-03-08', '2026-03-08T07:00:00.000Z'],
  ['America/New_York', '01:30', '2026-11-01', '2026-11-01T05:30:00.000Z'],
  ['America/Caracas', '02:30', '2026-03-29', '2026-03-29T06:30:00.000Z'],
  ['Australia/Sydney', '02:30', '2026-10-04', '2026-10-03T16:00:00.000Z'],
  ['Australia/Lord_Howe', '02:10', '2026-10-04', '2026-10-03T15:30:00.000Z'],
])('in %s at %s on %s there is one edition, at %s', (timezone, sendAt, localDate, instant) => {
  const seen = new Set<string>();
  const noon = Date.parse(`${localDate}T12:00:00Z`);
  // every five minutes from a day before to a day after
  for (let now = noon - 86_400_000; now < noon + 86_400_000; now += 300_000) {
    for (const slot of due(new Date(now).toISOString(), { timezone, sendAt })) seen.add(slot);
  }
  const onDate = [...seen].filter((slot) => slot.startsWith(`daily ${localDate}`));
  expect(onDate).toEqual([`daily ${localDate} ${instant}`]);
  expect(seen.size).toBe(new Set([...seen].map((slot) => slot.slice(0, 16))).size);
});

test('whose edition it is', () => {
  const all = ['daily', 'weekly', 'special'] as const;
  expect(frequenciesOf('daily', '2026-11-27', all)).toEqual(['daily', 'weekdays']); // Friday
  expect(frequenciesOf('daily', '2026-11-28', all)).toEqual(['daily']);
  expect(frequenciesOf('daily', '2026-11-29', all)).toEqual(['daily']);
  expect(frequenciesOf('weekly', '2026-11-29', all)).toEqual(['weekly']);
  expect(frequenciesOf('weekly', '2026-11-29', ['weekly'])).toEqual([
    'daily',
    'weekdays',
    'weekly',
  ]);
  expect(frequenciesOf('special', '2026-11-29', all)).toContain('special');
});
