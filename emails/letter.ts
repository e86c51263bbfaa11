import { translator } from '../src/locales/index.ts';
import { accentOf } from './colour.ts';
import { oneLine } from './escape.ts';
import { directionOf, languageTag } from './language.ts';
import { layoutOf } from './layout.ts';
import type { LetterContent, RenderedLetter } from './letter-content.ts';
import { type LetterWords, letterWords } from './letter-words.ts';
import { safeUrl } from './links.ts';
import { htmlOf } from './mjml.ts';
import { joinBlocks, LINE_LENGTH, wrap } from './plain-text.ts';
import { cutAtWord } from './subject.ts';
import type { Fill } from './templates.ts';

const SUBJECT_LENGTH = 150;

/** Renders a letter. Needs mjml: about 200 MB. */
export async function renderLetter(content: LetterContent, fill: Fill): Promise<RenderedLetter> {
  const words = letterWords(content);
  const { imprint, language } = content;
  const direction = directionOf(language);
  const mjml = fill('letter', {
    ...words,
    ...layoutOf(direction),
    t: translator(language, 'mail'),
    language: languageTag(language),
    direction,
    accent: accentOf(imprint.accent),
    title: words.subject,
    preheader: words.before[0] ?? '',
    masthead: imprint.newsroom,
    above: null,
    letter: true,
    logoUrl: safeUrl(imprint.logoUrl),
    newsroom: imprint.newsroom,
    postalLines: postalLines(content),
  });
  return {
    subject: cutAtWord(oneLine(words.subject), SUBJECT_LENGTH),
    html: await htmlOf(mjml),
    text: letterText(content, words),
  };
}

const postalLines = (content: LetterContent) =>
  (content.imprint.postalAddress ?? '').split('\n').map(oneLine).filter(Boolean);

function letterText(content: LetterContent, words: LetterWords): string {
  const t = translator(content.language, 'mail');
  const { newsroom } = content.imprint;
  return `${joinBlocks([
    `${wrap(words.heading)}\n${'='.repeat(Math.min(words.heading.length, LINE_LENGTH))}`,
    ...words.before.map((paragraph) => wrap(paragraph)),
    words.newsletters
      .map(({ title, description }) =>
        wrap(description ? `${title}: ${description}` : title, '* ', '  '),
      )
      .join('\n'),
    words.button ? `${words.button.label}:\n${words.button.url}` : '',
    ...words.after.map((paragraph) => wrap(paragraph)),
    '-'.repeat(LINE_LENGTH),
    wrap(t('letter.sentBy', { newsroom })),
    words.unsubscribeUrl ? `${t('letter.unsubscribe')}:\n${words.unsubscribeUrl}` : '',
    [newsroom, ...postalLines(content)].map((line) => wrap(line)).join('\n'),
  ])}\n`;
}
