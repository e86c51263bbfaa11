import { expect, test } from 'vitest';
import { closestLanguage, translator } from '../../src/locales/index.ts';

test('the closest language is found by its tag', () => {
  expect(['es', 'es-MX', 'EN-us', 'fr', ''].map(closestLanguage)).toEqual([
    'es',
    'es',
    'en',
    'en',
    'en',
  ]);
});

test('emails have languages that pages do not; what operators see of them is English', () => {
  expect(closestLanguage('ar')).toBe('en');
  expect(translator('ar-EG', 'pages')('languageName')).toBe('English');
  const t = translator('ar-EG', 'mail');
  expect(t('digest.unsubscribe')).toBe('إلغاء الاشتراك');
  expect([1, 2, 3, 11, 100].map((count) => t('confirmation.days', { count }))).toEqual([
    'يعمل الزر ليوم واحد.',
    'يعمل الزر ليومين.',
    'يعمل الزر لمدة 3 أيام.',
    'يعمل الزر لمدة 11 يومًا.',
    'يعمل الزر لمدة 100 يوم.',
  ]);
  expect(t('roles.owner')).toBe('owner');
});

test('an unknown string is an error, not a key shown to a reader', () => {
  expect(() => translator('es', 'mail')('digest.nothing')).toThrow('digest.nothing');
});

test('a value is put in as it is', () => {
  const t = translator('en', 'mail');
  expect(t('digest.by', { author: '{{x}} $t(roles.owner) <b>' })).toBe(
    'By {{x}} $t(roles.owner) <b>',
  );
});

test('a count is grouped as the language does it', () => {
  const readers = (language: string, count: number) =>
    translator(language, 'console')('home.readers', { count });
  expect(readers('en', 12_000)).toBe('12,000 readers');
  expect([2000, 12_000, 1_000_000].map((count) => readers('es', count))).toEqual([
    '2000 lectores',
    '12.000 lectores',
    '1.000.000 de lectores',
  ]);
});

test('an hour is written as the language does it', () => {
  const next = (language: string) =>
    translator(language, 'console')('home.next', { hour: '07:30', timezone: 'Europe/Madrid' });
  expect(next('en')).toBe('Goes out at 07:30 (Europe/Madrid)');
  expect(next('es')).toBe('Sale a las 7:30 (Europe/Madrid)');
});
