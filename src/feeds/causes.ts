import { translator } from '../locales/index.ts';

/** Why a feed cannot be read: a key of src/locales/<language>/feeds.ts, and what it is filled with. */
export interface FeedCause {
  code: string;
  values: Record<string, string | number>;
}

/** A cause in words: what is wrong, and what an operator can do about it. */
export const causeInWords = ({ code, values }: FeedCause, language = 'en'): string =>
  code === TOLD ? String(values.text) : translator(language, 'feeds')(code, values);

// Of a feed that an earlier version read: its sentence.
const TOLD = 'told';
