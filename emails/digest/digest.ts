import type { DigestContent, ReaderMarks, Rendered } from '../content.ts';
import { htmlOf } from '../render/mjml.ts';
import type { Fill } from '../render/templates.ts';
import { digestMjml } from './mjml.ts';
import { preheaderOf, subjectOf } from './subject.ts';
import { digestText } from './text.ts';
import { digestView } from './view.ts';

/** Above this an edition is told to be too long; Gmail cuts html at 102 kB. */
const LONG = 80_000;

/** An edition for one reader, or, with marks for values, for all. Needs mjml: about 200 MB. */
export async function renderDigest(
  content: DigestContent,
  reader: ReaderMarks,
  fill: Fill,
): Promise<Rendered> {
  const html = await htmlOf(digestMjml(content, reader, fill));
  const htmlBytes = Buffer.byteLength(html);
  return {
    subject: subjectOf(content),
    preheader: preheaderOf(content),
    html,
    text: digestText(digestView(content), reader),
    htmlBytes,
    tooLong: htmlBytes > LONG,
  };
}
