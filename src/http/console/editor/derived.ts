import { wordingOf } from '../../../../emails/digest/from-edition.ts';
import type { Context } from '../../../context.ts';
import { EditionNotFound } from '../../../editions/errors.ts';
import { editionContent } from '../../../editions/read-content.ts';
import { chooseArticles } from '../../../editions/variant.ts';
import { type EditorForm, unsavedOf } from './form.ts';

/** What subject and preheader will be where the editor gives none, and the languages there are. */
export async function derivedWords({ db, now }: Context, id: string, form: EditorForm) {
  const unsaved = { ...unsavedOf(form), subject: '', preheader: '' };
  const content = await editionContent(db, id, now(), unsaved);
  if (!content) throw new EditionNotFound(id);
  const choice = chooseArticles(content, { language: null, sections: null });
  const words = choice ? wordingOf(content, choice) : { subject: '', preheader: '' };
  return { ...words, languages: content.languages, from: content.newsletter.title };
}
