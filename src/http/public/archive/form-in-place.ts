import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { formView } from '../sign-up/form-view.ts';
import type { Masthead } from '../site/masthead.ts';

/** The sign-up form of one newsletter for the pages of its archive; null where it is not on offer. */
export function formInPlace(
  head: Masthead,
  { slug }: Pick<Newsletter, 'slug'>,
  language: string,
): Record<string, unknown> | null {
  const newsletters = head.newsletters.filter((one) => one.slug === slug);
  if (newsletters.length === 0) return null;
  return formView({ ...head, newsletters }, language, {
    action: '/subscribe',
    full: false,
    proof: false,
  });
}
