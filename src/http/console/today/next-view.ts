import type { NextEdition } from '../../../actions/next-editions.ts';
import type { Translate } from '../../../locales/index.ts';
import { timeIn } from '../times.ts';

/** What a newsletter sends next, as the page shows it. */
export function nextView(
  { newsletter, next }: NextEdition,
  { language, t }: { language: string; t: Translate },
) {
  const { slug, title, language: lang, reviewRequired, timezone } = newsletter;
  if (!next) return { slug, title, lang, next: null };
  const { kind, sendAt, edition, readers } = next;
  return {
    slug,
    title,
    lang,
    next: {
      kind: t(`kind.${kind}`),
      iso: sendAt.toISOString(),
      when: timeIn(sendAt, language, timezone),
      readers: t('today.next.readers', { count: readers }),
      edition,
      // a draft of such a newsletter goes only when somebody sends it
      waits: reviewRequired && edition?.state !== 'scheduled',
    },
  };
}
