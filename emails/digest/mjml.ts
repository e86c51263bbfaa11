import type { DigestContent, ReaderMarks } from '../content.ts';
import { escapeHtml } from '../escape.ts';
import { layoutOf } from '../render/layout.ts';
import type { Fill } from '../render/templates.ts';
import { introductionHtml } from './introduction.ts';
import { preheaderOf, subjectOf } from './subject.ts';
import { type DigestView, digestView } from './view.ts';

/** The MJML of an edition, as the template gives it. */
export function digestMjml(content: DigestContent, reader: ReaderMarks, fill: Fill): string {
  const view = digestView(content);
  const subject = subjectOf(content);
  return fill('digest', {
    ...view,
    ...layoutOf(view.direction, content.imprint.typeface),
    escape: escapeHtml,
    reader,
    introduction: view.introduction ? introductionHtml(view.introduction, view.accent.light) : '',
    title: subject,
    preheader: preheaderOf(content),
    masthead: view.newsletter,
    home: reader.viewUrl,
    letter: false,
    forwardUrl: forwardUrl(view, subject, reader),
    why: view.t('digest.why', { address: reader.maskedAddress, newsletter: view.newsletter }),
  });
}

/** A new message with the edition's address in it (RFC 6068): no reader's links are passed on. */
function forwardUrl(
  { t, newsletter }: DigestView,
  subject: string,
  { viewUrl }: ReaderMarks,
): string {
  const words = encoded(t('digest.forwardBody', { newsletter }));
  // The address comes last and bare: for most readers it is put in after this is rendered.
  return `mailto:?subject=${encoded(subject)}&body=${words}%0D%0A%0D%0A${viewUrl}`;
}

// Half of a letter cannot be encoded; it is shown as one that is unknown.
const encoded = (words: string) => encodeURIComponent(words.toWellFormed());
