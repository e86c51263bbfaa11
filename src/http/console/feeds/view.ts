import { causeInWords } from '../../../feeds/causes.ts';
import type { Feed } from '../../../feeds/feeds.ts';
import type { Translate } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { timeIn } from '../times.ts';

/** What the page of feeds shows of one. */
export function feedView(
  feed: Feed,
  newsletters: Newsletter[],
  { language, t }: { language: string; t: Translate },
) {
  const newsletter = newsletters.find((one) => one.slug === feed.newsletter);
  const section = newsletter?.sections.find((one) => one.slug === feed.section);
  const at = (time: Date | null) =>
    time && {
      iso: time.toISOString(),
      text: timeIn(time, language, newsletter?.timezone ?? 'UTC'),
    };
  return {
    ...feed,
    error: feed.lastCause && causeInWords(feed.lastCause, language),
    name: feed.title || new URL(feed.url).host,
    place: [newsletter?.title ?? feed.newsletter, section?.title].filter(Boolean).join(' · '),
    last: at(feed.lastFetchedAt),
    next: at(feed.nextFetchAt),
    // one that fails is still tried: its state says neither
    look: feed.state === 'active' && feed.lastError ? 'failing' : feed.state,
    count: t('edition.articles', { count: feed.articles }),
    waiting:
      feed.waiting > 0 &&
      t('feeds.waiting', { count: feed.waiting, time: at(feed.nextArticleAt)?.text ?? '' }),
  };
}

/** Where a feed's articles can go: a section of a newsletter, or a newsletter without one. */
export const placesOf = (newsletters: Newsletter[]) =>
  newsletters.flatMap(({ slug, title, sections }) => [
    ...sections.map((section) => ({
      value: `${slug}/${section.slug}`,
      text: `${title} · ${section.title}`,
    })),
    { value: `${slug}/`, text: title },
  ]);
