import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueAt, instantOf, localDateOf } from '../../src/editions/due.ts';

const clock = (at: Date, timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
/** Of a newsletter that is sent at an hour which no change of clocks skips. */
const dueAtHour = (from: Date, hour: string, timezone: string) =>
  dueAt(from, { hour, timezone }, { hour: '12:00', timezone: 'UTC' });
const due = (from: string, hour: string, zone: string) =>
  dueAtHour(new Date(from), hour, zone).toISOString();

test('is at once when the clock shows the hour at the freeze', () => {
  expect(due('2026-11-24T06:00:00Z', '07:00', 'Europe/Madrid')).toBe('2026-11-24T06:00:00.000Z');
});

test('is the next day when the hour has just passed', () => {
  expect(due('2026-11-24T06:00:00.001Z', '07:00', 'Europe/Madrid')).toBe(
    '2026-11-25T06:00:00.000Z',
  );
});

test.each([
  // clocks forward: the hour does not exist, the first minute after the gap does
  ['Europe/Madrid', '2026-03-28T12:00:00Z', '02:30', '2026-03-29T01:00:00.000Z'],
  ['America/New_York', '2026-03-07T12:00:00Z', '02:00', '2026-03-08T07:00:00.000Z'],
  ['Australia/Sydney', '2026-10-03T12:00:00Z', '02:59', '2026-10-03T16:00:00.000Z'],
  // at midnight: that day begins at 01:00
  ['America/Santiago', '2026-09-05T12:00:00Z', '00:30', '2026-09-06T04:00:00.000Z'],
  // half an hour only: 02:00 becomes 02:30
  ['Australia/Lord_Howe', '2026-10-03T12:00:00Z', '02:15', '2026-10-03T15:30:00.000Z'],
  // clocks back: the hour comes twice, the first counts
  ['Europe/Madrid', '2026-10-24T12:00:00Z', '02:30', '2026-10-25T00:30:00.000Z'],
  ['America/New_York', '2026-10-31T12:00:00Z', '01:30', '2026-11-01T05:30:00.000Z'],
  ['Australia/Sydney', '2026-04-04T12:00:00Z', '02:00', '2026-04-04T15:00:00.000Z'],
  ['Australia/Lord_Howe', '2026-04-04T12:00:00Z', '01:45', '2026-04-04T14:45:00.000Z'],
  // no change of clocks at all, and half an hour until 2016
  ['America/Caracas', '2026-03-29T00:00:00Z', '07:00', '2026-03-29T11:00:00.000Z'],
  ['America/Caracas', '2016-04-30T12:00:00Z', '02:45', '2016-05-01T07:00:00.000Z'],
])('in %s after %s at %s is %s', (zone, from, hour, expected) => {
  expect(due(from, hour, zone)).toBe(expected);
});

test('refuses an hour and a zone that are none', () => {
  expect(() => dueAtHour(new Date(), '25:00', 'Europe/Madrid')).toThrow(RangeError);
  expect(() => dueAtHour(new Date(), '07:00', 'Europe/Atlantis')).toThrow(RangeError);
});

const zones = [
  'Europe/Madrid',
  'America/New_York',
  'America/Caracas',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'America/Santiago',
  'Pacific/Chatham',
  'UTC',
];
const anyZone = fc.constantFrom(...zones);
const anyHour = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const anyInstant = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2030-01-01T00:00:00Z'),
  noInvalidDate: true,
});

test('is never before the freeze, within two days, and shows the hour or the first minute after a gap', () => {
  fc.assert(
    fc.property(anyInstant, anyHour, anyZone, (frozenAt, hour, zone) => {
      const at = dueAtHour(frozenAt, hour, zone);
      expect(at.getTime()).toBeGreaterThanOrEqual(frozenAt.getTime());
      expect(at.getTime() - frozenAt.getTime()).toBeLessThan(49 * 3_600_000);
      if (clock(at, zone) === hour) return;
      // In a gap, also one at midnight: a minute before, the hour of that day was to come; now it is past.
      const before = new Date(at.getTime() - 60_000);
      const wall = `${localDateOf(at, zone)} ${hour}`;
      const shows = (when: Date) => `${localDateOf(when, zone)} ${clock(when, zone)}`;
      expect(shows(before) < wall && wall < shows(at)).toBe(true);
    }),
    { numRuns: 1500 },
  );
});

test('has one instant on each local date, in order', () => {
  fc.assert(
    fc.property(anyInstant, anyHour, anyZone, (from, hour, zone) => {
      const first = dueAtHour(from, hour, zone);
      const next = dueAtHour(new Date(first.getTime() + 1), hour, zone);
      const days =
        (Date.parse(localDateOf(next, zone)) - Date.parse(localDateOf(first, zone))) / 86_400_000;
      expect(days).toBe(1);
    }),
    { numRuns: 1000 },
  );
});

const changes = [
  ['Europe/Madrid', '2026-03-22', '2026-10-18'],
  ['America/New_York', '2026-03-01', '2026-10-25'],
  ['America/Caracas', '2026-03-22', '2026-10-18'],
  ['Australia/Sydney', '2026-03-29', '2026-09-27'],
  ['Australia/Lord_Howe', '2026-03-29', '2026-09-27'],
].flatMap(([zone = '', ...days]) => days.map((day) => ({ zone, day })));

/** The local dates on which a reader gets the editions of 14 dates from `day` on. */
const received = (day: string, sendAt: string, hour: string, zone: string, readerZone: string) =>
  Array.from({ length: 14 }, (_, index) => {
    const date = new Date(Date.parse(day) + index * 86_400_000).toISOString().slice(0, 10);
    const frozenAt = instantOf(date, sendAt, zone);
    const reader = { hour, timezone: readerZone };
    return localDateOf(dueAt(frozenAt, reader, { hour: sendAt, timezone: zone }), readerZone);
  });

test.each(changes)('each reader of a daily in $zone from $day gets one a local date', (change) => {
  for (const hour of ['00:00', '01:30', '02:00', '02:30', '03:00', '07:00', '23:59']) {
    const own = received(change.day, '07:00', hour, change.zone, change.zone);
    expect(new Set(own).size).toBe(14);
    // a newsletter that is sent at the very hour that is skipped or doubled
    expect(new Set(received(change.day, hour, hour, change.zone, change.zone)).size).toBe(14);
  }
});

test.each([
  // 00:00 becomes 01:00
  ['Africa/Cairo', '2026-04-17'],
  ['America/Santiago', '2026-08-30'],
  // 02:00 becomes 03:00, 02:00 becomes 02:30
  ['Europe/Madrid', '2026-03-22'],
  ['Australia/Lord_Howe', '2026-09-27'],
  // and back
  ['Africa/Cairo', '2026-10-23'],
  ['America/Santiago', '2026-03-29'],
] as const)(
  'in %s from %s each reader gets one a local date, whichever hours are skipped',
  (zone, day) => {
    const hours = [
      '00:00',
      '00:15',
      '00:30',
      '00:59',
      '01:00',
      '02:00',
      '02:10',
      '02:30',
      '03:00',
      '23:30',
    ];
    for (const sendAt of hours)
      for (const hour of hours)
        expect({
          sendAt,
          hour,
          dates: new Set(received(day, sendAt, hour, zone, zone)).size,
        }).toEqual({
          sendAt,
          hour,
          dates: 14,
        });
  },
);

test('two zones that change their clocks together are as one', () => {
  const dates = received('2026-03-22', '02:30', '02:00', 'Europe/Madrid', 'Europe/Paris');
  expect(new Set(dates).size).toBe(14);
});

test('in Cairo, of a newsletter of 00:30, a reader of 00:00 gets one on 24 April 2026', () => {
  const zone = 'Africa/Cairo';
  expect(received('2026-04-22', '00:30', '00:00', zone, zone).slice(0, 4)).toEqual([
    '2026-04-23',
    '2026-04-24',
    '2026-04-25',
    '2026-04-26',
  ]);
});

test('abroad, the clocks of the newsletter may bring two editions on one date, never none lost', () => {
  for (const { day, zone } of changes) {
    for (const { zone: abroad } of changes) {
      const dates = received(day, '07:00', '07:00', zone, abroad);
      expect(dates).toHaveLength(14);
      expect(new Set(dates).size).toBeGreaterThanOrEqual(13);
    }
  }
  // New York's 07:00 is 08:00 in Caracas in winter (so the next day's 07:00), 07:00 in summer.
  const caracas = received('2026-03-06', '07:00', '07:00', 'America/New_York', 'America/Caracas');
  expect(caracas.slice(0, 4)).toEqual(['2026-03-07', '2026-03-08', '2026-03-08', '2026-03-09']);
});
