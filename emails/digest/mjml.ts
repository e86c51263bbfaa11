import type { DigestContent, ReaderMarks } from '../content.ts';
import { layoutOf } from '../render/layout.ts';
import type { Fill } from '../render/templates.ts';
import { introductionHtml } from './introduction.ts';
import { preheaderOf, subjectOf } from './subject.ts';
import { digestView } from './view.ts';

/** The MJML of an edition, as the template gives it. */
export function digestMjml(content: DigestContent, reader: ReaderMarks, fill: Fill): string {
  const view = digestView(content);
  return fill('digest', {
    ...view,
    ...layoutOf(view.direction),
    reader,
    introduction: view.introduction ? introductionHtml(view.introduction, view.accent.light) : '',
    title: subjectOf(content),
    preheader: preheaderOf(content),
    masthead: view.newsletter,
    above: view.dateline,
    why: view.t('digest.why', { address: reader.maskedAddress, newsletter: view.newsletter }),
  });
}
