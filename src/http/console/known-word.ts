import type { Translate } from '../../locales/index.ts';

/**
 * A word of a list that others may add to, in the language of `t`; as it came where there is no string for it.
 * `strings` are the English ones, that say which there are; `path` is where they are.
 */
export const knownWord = (word: string, strings: object, path: string, t: Translate): string =>
  Object.hasOwn(strings, word) ? t(`${path}.${word}`) : word;
