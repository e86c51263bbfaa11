import type { Translate } from '../../src/locales/index.ts';
import type { DigestArticle, DigestContent } from '../content.ts';
import { dayInWords, hourInWords } from '../language.ts';

const WORDS_A_MINUTE = 230;
/** What comes sooner after the first version is no news of it. */
const UPDATE_MS = 30 * 60_000;

/** "4 min read"; empty where it is not known how long an article is. */
export const minutesOf = (words: number | null, t: Translate): string =>
  words ? t('digest.minutes', { count: Math.max(1, Math.round(words / WORDS_A_MINUTE)) }) : '';

const valid = (at: Date | null): at is Date => at !== null && !Number.isNaN(at.getTime());

const today = ({ edition, language }: DigestContent) =>
  dayInWords(new Date(`${edition.date}T12:00:00Z`), language, 'UTC');

/** The day of an article, where it is not the edition's own; empty where it is. */
export function dayOf(content: DigestContent, { publishedAt }: DigestArticle): string {
  if (!valid(publishedAt)) return '';
  const day = dayInWords(publishedAt, content.language, content.timezone);
  return day === today(content) ? '' : day;
}

/** "Updated 09:40", with the day where it is not the edition's; empty for an article that was not changed since. */
export function revisionOf(
  content: DigestContent,
  { publishedAt, revisedAt }: DigestArticle,
  t: Translate,
): string {
  if (!valid(publishedAt) || !valid(revisedAt)) return '';
  if (revisedAt.getTime() - publishedAt.getTime() < UPDATE_MS) return '';
  const { language, timezone } = content;
  const day = dayInWords(revisedAt, language, timezone);
  const time = day === today(content) ? hourInWords(revisedAt, language, timezone) : day;
  return t('digest.updated', { time });
}
