import { translator } from '../src/locales/index.ts';
import { accentOf } from './colour.ts';
import { directionOf, languageTag } from './language.ts';
import { layoutOf } from './layout.ts';
import type { LetterContent, RenderedLetter } from './letter-content.ts';
import { plainLetter, postalLines } from './letter-text.ts';
import { type LetterFace, letterWords } from './letter-words.ts';
import { safeUrl } from './links.ts';
import { htmlOf } from './mjml.ts';
import type { Fill } from './templates.ts';

/** Renders a letter. Needs mjml: about 200 MB. */
export async function renderLetter(content: LetterContent, fill: Fill): Promise<RenderedLetter> {
  const words = letterWords(content);
  const html = await letterHtml({ ...content, words }, fill);
  return { ...plainLetter(content, words), html };
}

/** Renders its html alone. Needs mjml. */
export function letterHtml({ words, imprint, language }: LetterFace, fill: Fill): Promise<string> {
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
    postalLines: postalLines(imprint.postalAddress),
  });
  return htmlOf(mjml);
}
