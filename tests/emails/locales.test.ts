import { expect, test } from 'vitest';
import { closestLanguage, keysOf, languages, translator } from '../../src/locales/index.ts';

// A language may have more plural forms than another.
const singular = (keys: string[]) => [
  ...new Set(keys.map((key) => key.replace(/_(zero|one|two|few|many|other)$/, ''))),
];

test.each(languages)('%s has every string of the mails', (language) => {
  expect(keysOf(language, 'mail').length).toBeGreaterThan(60);
  expect(singular(keysOf(language, 'mail'))).toEqual(singular(keysOf('en', 'mail')));
});

test('every language has the plural forms its numbers need', () => {
  for (const language of languages) {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const keys = keysOf(language, 'mail');
    for (const key of keys.filter((each) => each.endsWith('_other'))) {
      for (const form of forms) expect(keys).toContain(key.replace('_other', `_${form}`));
    }
  }
});

test('the closest language is found by its tag', () => {
  expect(['es', 'es-MX', 'EN-us', 'fr', ''].map(closestLanguage)).toEqual([
    'es',
    'es',
    'en',
    'en',
    'en',
  ]);
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
