import { translator } from '../../src/locales/index.ts';
import { oneLine } from '../../src/text/one-line.ts';
import { cutAtWord } from '../digest/subject.ts';

import { joinBlocks, LINE_LENGTH, wrap } from '../plain-text.ts';
import type { LetterContent, RenderedLetter } from './content.ts';
import type { LetterWords } from './words.ts';

const SUBJECT_LENGTH = 150;

/** The subject and plain text of a letter. Needs no mjml and takes a fraction of a millisecond. */
export function plainLetter(
  { language, imprint }: LetterContent,
  words: LetterWords,
): Pick<RenderedLetter, 'subject' | 'text'> {
  const t = translator(language, 'mail');
  const { newsroom, postalAddress } = imprint;
  const text = `${joinBlocks([
    `${wrap(words.heading)}\n${'='.repeat(Math.min(words.heading.length, LINE_LENGTH))}`,
    ...words.before.map((paragraph) => wrap(paragraph)),
    words.newsletters
      .map(({ title, description }) =>
        [wrap(title, '* ', '  '), ...description.split('\n').map((line) => wrap(line, '  '))]
          .filter(Boolean)
          .join('\n'),
      )
      .join('\n'),
    words.button ? `${words.button.label}:\n${words.button.url}` : '',
    words.links.length > 0
      ? [t('letter.read'), ...words.links.map(({ label, url }) => `${wrap(label)}:\n${url}`)].join(
          '\n',
        )
      : '',
    ...words.after.map((paragraph) => wrap(paragraph)),
    '-'.repeat(LINE_LENGTH),
    wrap(t('letter.sentBy', { newsroom })),
    words.unsubscribe.map(({ label, url }) => `${label}:\n${url}`).join('\n'),
    [newsroom, ...postalLines(postalAddress)].map((line) => wrap(line)).join('\n'),
  ])}\n`;
  return { subject: cutAtWord(oneLine(words.subject), SUBJECT_LENGTH), text };
}

/** A postal address line by line, without empty ones. */
export const postalLines = (address: string | null): string[] =>
  (address ?? '').split('\n').map(oneLine).filter(Boolean);
