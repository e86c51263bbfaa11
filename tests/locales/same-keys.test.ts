import { expect, test } from 'vitest';
import { languages, mailLanguages } from '../../src/locales/index.ts';
import { namespacesOf, placeholdersOf, stringsOf, withoutPlural } from './strings.ts';

const others = languages.filter((language) => language !== 'en');
const cases = others.flatMap((language) =>
  namespacesOf('en').map((namespace) => [language, namespace] as const),
);

test('every language has every file', () => {
  for (const language of others) expect(namespacesOf(language)).toEqual(namespacesOf('en'));
});

test.each(cases)(
  '%s has every string of %s, with the same placeholders',
  async (language, namespace) => {
    const english = placeholders(await stringsOf('en', namespace));
    expect(english.size).toBeGreaterThan(0);
    expect(placeholders(await stringsOf(language, namespace))).toEqual(english);
  },
);

// What no reader is sent.
const OPERATORS = /^(invitation|password|roles|draft|alert)\./;

test.each(mailLanguages.filter((language) => !languages.includes(language)))(
  '%s has every string that readers are sent, and no other',
  async (language) => {
    expect(namespacesOf(language)).toEqual(['mail']);
    const english = placeholders(await stringsOf('en', 'mail'));
    const sent = new Map([...english].filter(([key]) => !OPERATORS.test(key)));
    expect(placeholders(await stringsOf(language, 'mail'))).toEqual(sent);
  },
);

test.each(mailLanguages)('%s has the plural forms its numbers need', async (language) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  for (const namespace of namespacesOf(language)) {
    const keys = [...(await stringsOf(language, namespace)).keys()];
    const counted = new Set(keys.filter((key) => withoutPlural(key) !== key).map(withoutPlural));
    for (const key of counted)
      for (const form of forms) expect(keys, namespace).toContain(`${key}_${form}`);
  }
});

function placeholders(strings: Map<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, text] of [...strings].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const known = found.get(withoutPlural(key)) ?? [];
    found.set(withoutPlural(key), [...new Set([...known, ...placeholdersOf(text)])].sort());
  }
  return found;
}
