import { translator } from '../../../locales/index.ts';
import type { Values } from '../lines/told.ts';
import type { ImportSummary } from '../rows.ts';

interface Told {
  code: string;
  values: Values;
}

/** Why a line is left out, in words. */
export const reasonInWords = ({ code, values }: Told, language = 'en') =>
  inWords(`reasons.${code}`, values, language);

/** What had to be assumed, in words. */
export const noteInWords = ({ code, values }: Told, language = 'en') =>
  inWords(`notes.${code}`, values, language);

/** Why an import failed, and what to do; null of one that did not. */
export const failureInWords = (
  { failure, lines }: Pick<ImportSummary, 'failure' | 'lines'>,
  language = 'en',
): string | null => failure && inWords(`failures.${failure}`, { count: lines }, language);

const inWords = (key: string, values: Values, language: string) =>
  translator(language, 'imports')(key, values);
