import { expect, test } from 'vitest';
import {
  currentName,
  timezoneLabel,
  timezonesByRegion,
} from '../../../src/http/public/account/timezones.ts';

const winter = new Date('2026-11-29T12:00:00Z');
const summer = new Date('2026-07-01T12:00:00Z');

test.each([
  ['Europe/Kiev', 'Europe/Kyiv'],
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['US/Eastern', 'America/New_York'],
  ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Europe/Madrid', 'Europe/Madrid'],
  ['UTC', 'UTC'],
])('%s is called %s today', (zone, name) => {
  expect(currentName(zone)).toBe(name);
});

test.each([
  ['Europe/Madrid', 'es', winter, 'Madrid, España (UTC+1)'],
  ['Europe/Madrid', 'en', summer, 'Madrid, Spain (UTC+2)'],
  ['America/Argentina/Buenos_Aires', 'en', winter, 'Buenos Aires, Argentina (UTC−3)'],
  ['America/Indiana/Knox', 'en', winter, 'Knox, Indiana, United States (UTC−6)'],
  ['Asia/Kathmandu', 'en', winter, 'Kathmandu, Nepal (UTC+5:45)'],
  ['UTC', 'en', winter, 'UTC'],
])('%s in %s is “%s”', (zone, language, at, label) => {
  expect(timezoneLabel(zone, language, at)).toBe(label);
});

test('every zone there is stands in one region, and no zone twice', () => {
  for (const language of ['en', 'es']) {
    const ids = timezonesByRegion(language, winter).flatMap(({ zones }) =>
      zones.map(({ id }) => id),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(Intl.supportedValuesOf('timeZone').length);
    expect(ids).toContain('Arctic/Longyearbyen');
    for (const id of ids) expect(currentName(id), id).toBe(id);
  }
});
