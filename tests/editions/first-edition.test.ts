import { expect, test } from 'vitest';
import { firstEditionAt } from '../../src/editions/first-edition.ts';
import type { Schedule } from '../../src/editions/schedule.ts';

const newsletter: Schedule = {
  active: true,
  timezone: 'Europe/Madrid',
  sendAt: '07:00',
  kinds: ['daily', 'weekly', 'special'],
  days: [1, 2, 3, 4, 5, 6, 7],
  weeklyDay: 7,
  reviewMinutes: 30,
  scheduledSince: new Date('2026-01-01T00:00:00Z'),
};
const daily = { frequency: 'daily' as const, hour: null, timezone: null };
// a Friday, 08:00 in Madrid
const friday = new Date('2026-11-27T07:00:00Z');

test.each([
  ['the next day at the newsletter’s hour', newsletter, daily, '2026-11-28T06:00:00Z'],
  ['at the reader’s own hour', newsletter, { ...daily, hour: '18:00' }, '2026-11-28T17:00:00Z'],
  [
    'on the reader’s own clock',
    newsletter,
    { ...daily, timezone: 'America/Caracas' },
    '2026-11-28T11:00:00Z',
  ],
  [
    'not on a weekend',
    newsletter,
    { ...daily, frequency: 'weekdays' as const },
    '2026-11-30T06:00:00Z',
  ],
  [
    'on the day of the weekly',
    newsletter,
    { ...daily, frequency: 'weekly' as const },
    '2026-11-29T06:00:00Z',
  ],
  ['on the newsletter’s days', { ...newsletter, days: [3] }, daily, '2026-12-02T06:00:00Z'],
  [
    'of a newsletter that is weekly alone',
    { ...newsletter, kinds: ['weekly' as const] },
    daily,
    '2026-11-29T06:00:00Z',
  ],
])('the first edition comes %s', (_what, schedule, choice, at) => {
  expect(firstEditionAt(schedule, choice, friday)).toEqual(new Date(at));
});

test.each([
  ['readers of special reports', newsletter, { ...daily, frequency: 'special' as const }],
  ['a newsletter that rests', { ...newsletter, active: false }, daily],
  ['one of special reports', { ...newsletter, kinds: ['special' as const] }, daily],
])('none is scheduled for %s', (_what, schedule, choice) => {
  expect(firstEditionAt(schedule, choice, friday)).toBeNull();
});
