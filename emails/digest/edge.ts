import type { Translate } from '../../src/locales/index.ts';
import type { DigestContent } from '../content.ts';
import { capitalised, dateInWords, weekInWords } from '../language.ts';

/** What stands around the title of an edition: each kind has a face of its own. */
export interface Edge {
  /** What kind it is; null for the daily. */
  label: string | null;
  /** Its date, or the week it covers. */
  date: string;
  number: string;
}

/** The label, date and number of an edition. */
export function edgeOf({ edition, language, lead }: DigestContent, t: Translate): Edge {
  const { kind, date } = edition;
  const number = t('digest.number', { number: edition.number });
  if (kind === 'weekly')
    return { label: t('digest.week'), date: weekInWords(date, language), number };
  const day = capitalised(dateInWords(date, language), language);
  const label = kind === 'daily' ? null : t(lead ? 'digest.special' : 'digest.note');
  return { label, date: day, number };
}
