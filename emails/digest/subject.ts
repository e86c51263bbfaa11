import { translator } from '../../src/locales/index.ts';
import { lettersOf } from '../../src/text/formats.ts';
import type { DigestContent } from '../content.ts';
import { dateInWords, weekInWords } from '../language.ts';
import { introductionWords } from './introduction.ts';

const SUBJECT_LENGTH = 110;
const PREHEADER_LENGTH = 140;

/** Text on one line, at most `length` characters, cut between words and marked with an ellipsis. */
export function cutAtWord(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= length) return line;
  let cut = '';
  let count = 0;
  for (const { segment } of lettersOf(line)) {
    count += 1;
    if (count < length) cut += segment;
    if (count > length) break;
  }
  if (count <= length) return line;
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > length / 2 ? space : undefined).trimEnd()}…`;
}

const articlesOf = (content: DigestContent) => [
  ...(content.lead ? [content.lead] : []),
  ...content.sections
    .flatMap((section) => section.articles)
    .filter((article) => article.id !== content.lead?.id),
];

/**
 * The editor's subject, else "The Daily: headline" of a daily, "The Daily, 18–24 November: headline" of a weekly and "Special
 * report from The Daily: headline" of a special; without a headline "The Daily, Tuesday, 24 November 2026".
 */
export function subjectOf(content: DigestContent): string {
  const given = content.edition.subject?.replaceAll(/\s+/g, ' ').trim();
  if (given) return given;
  const t = translator(content.language, 'mail');
  const newsletter = content.newsletter.title;
  const { kind } = content.edition;
  const headline = articlesOf(content)[0]?.title.trim();
  if (!headline) {
    const date =
      kind === 'weekly'
        ? weekInWords(content.edition.date, content.language)
        : dateInWords(content.edition.date, content.language);
    return t('digest.subjectWithoutHeadline', { newsletter, date });
  }
  const week = weekInWords(content.edition.date, content.language, false);
  return cutAtWord(t(`digest.subject.${kind}`, { newsletter, headline, week }), SUBJECT_LENGTH);
}

/** The editor's preheader, else the next headlines, else the lead's standfirst, else how the introduction begins. */
export function preheaderOf(content: DigestContent): string {
  const given = content.edition.preheader?.trim();
  if (given) return cutAtWord(given, PREHEADER_LENGTH);
  const [first, ...next] = articlesOf(content);
  const headlines = next.slice(0, 4).map((article) => article.title.trim());
  const words = headlines.join(' · ') || first?.standfirst || '';
  return cutAtWord(
    words || (first ? '' : introductionWords(content.edition.introduction ?? '')),
    PREHEADER_LENGTH,
  );
}
