import { digestOf } from '../../../../emails/digest/from-edition.ts';
import { imprintOf } from '../../../../emails/digest/imprint.ts';
import { preheaderOf, subjectOf } from '../../../../emails/digest/subject.ts';
import { type DigestView, digestView } from '../../../../emails/digest/view.ts';
import type { ArchivedEdition } from '../../../editions/archive.ts';
import { chooseArticles } from '../../../editions/variant.ts';
import type { Newsroom } from '../../../newsletters/newsroom.ts';

/** An edition as a page shows it: what a reader of that language with all sections got. */
export interface EditionView extends DigestView {
  number: number;
  subject: string;
  /** The editor's subject, else the lead's title, else the whole subject: for lists under the newsletter's name. */
  headline: string;
  summary: string;
  revisedAt: Date;
  frozenAt: Date;
  corrected: boolean;
}

/** What stands for a page that is shared: the lead's picture, where there is one. */
export function sharedPicture(view: Pick<EditionView, 'lead'> | null | undefined) {
  const image = view?.lead?.image;
  return image?.lead ? { image: image.lead, imageAlt: image.alt } : {};
}

/** The whole edition in one language; undefined where nothing is in it. */
export function editionView(
  edition: ArchivedEdition,
  language: string,
  { newsroom, publicUrl }: { newsroom: Newsroom; publicUrl: string },
): EditionView | undefined {
  const choice = chooseArticles(edition.content, { language, sections: null });
  if (!choice) return undefined;
  const imprint = imprintOf(newsroom, { publicUrl, postalAddress: undefined });
  const digest = digestOf(edition.content, choice, { imprint, from: '' });
  return {
    ...digestView(digest),
    number: edition.number,
    subject: subjectOf(digest),
    headline: digest.edition.subject || choice.lead?.title || subjectOf(digest),
    summary: preheaderOf(digest),
    frozenAt: edition.frozenAt,
    revisedAt: edition.revisedAt,
    corrected: edition.revision > 1,
  };
}
