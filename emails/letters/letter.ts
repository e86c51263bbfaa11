import { translator } from '../../src/locales/index.ts';
import { accentOf } from '../colour.ts';
import { escapeHtml } from '../escape.ts';
import { directionOf, validLanguageTag } from '../language.ts';
import { safeUrl } from '../links.ts';
import { layoutOf } from '../render/layout.ts';
import { htmlOf } from '../render/mjml.ts';
import type { Fill } from '../render/templates.ts';
import type { LetterContent, RenderedLetter } from './content.ts';
import { plainLetter, postalLines } from './text.ts';
import { type LetterFace, letterWords } from './words.ts';

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
    ...layoutOf(direction, imprint.typeface),
    escape: escapeHtml,
    t: translator(language, 'mail'),
    language: validLanguageTag(language),
    direction,
    accent: accentOf(imprint.accent),
    title: words.subject,
    preheader: words.before[0] ?? '',
    masthead: imprint.newsroom,
    edge: null,
    home: null,
    letter: true,
    logoUrl: safeUrl(imprint.logoUrl),
    newsroom: imprint.newsroom,
    postalLines: postalLines(imprint.postalAddress),
  });
  return htmlOf(mjml);
}
