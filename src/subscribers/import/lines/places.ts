import { shown, WrongCell } from './cells.ts';
import type { Known, KnownNewsletter } from './lines.ts';

/** For which newsletters a line is, and which sections of them; null: all. */
export interface LinePlace {
  newsletterId: string;
  sections: string[] | null;
}

const NO_TAGS: string[] = [];

/**
 * By the line's own newsletter, else the newsletters that its tags name, else the one the whole file is for. Words of
 * the column of sections have to be sections; tags are, or are passed over.
 */
export function placesOf(
  {
    newsletter: named,
    sections: given,
    tags,
  }: { newsletter: string; sections: string; tags: string[] },
  known: Known,
): LinePlace[] {
  const words = tags.length > 0 ? tags.flatMap(tagsIn) : NO_TAGS;
  const wanted = given === '' ? NO_TAGS : wordsOf(given);
  return newslettersOf(named, words, known).map((newsletter) => {
    const sections = wanted.map((word) => sectionOf(word, newsletter));
    for (const tag of words) {
      const slug = sectionNamed(tag, newsletter);
      if (slug !== undefined && !sections.includes(slug)) sections.push(slug);
    }
    return { newsletterId: newsletter.id, sections: sections.length > 0 ? sections : null };
  });
}

function newslettersOf(named: string, words: string[], known: Known): KnownNewsletter[] {
  const { newsletters, newsletter, only } = known;
  const tagged = words.flatMap((word) => newsletterNamed(word, newsletters) ?? []);
  if (named === '' && newsletter === null && tagged.length > 0)
    return [...new Map(tagged.map((one) => [one.id, one])).values()];
  const wanted = named || newsletter || only;
  if (wanted === null) throw new WrongCell('newsletter-missing');
  const found = newsletters.get(wanted) ?? newsletterNamed(wanted, newsletters);
  if (newsletter !== null && found !== newsletters.get(newsletter))
    throw new WrongCell('newsletter-other', { newsletter: shown(wanted) });
  if (!found) throw new WrongCell('newsletter-unknown', { newsletter: shown(wanted) });
  return [found];
}

function sectionOf(word: string, newsletter: KnownNewsletter): string {
  const found = sectionNamed(word, newsletter);
  if (found === undefined) throw new WrongCell('section-unknown', { section: shown(word) });
  return found;
}

const wordsOf = (cell: string) => cell.split(/[;,|\s]+/).filter(Boolean);

/** The words of a cell of tags: `news;sport`, `"Daily news","Sport"`, `news, sport`. */
function tagsIn(cell: string): string[] {
  if (cell === '') return NO_TAGS;
  return cell
    .split(/[;,|\n]/)
    .map((word) => word.replace(/^[\s"[\]]+|[\s"[\]]+$/g, ''))
    .filter(Boolean);
}

/** The newsletter that a word names, by its slug or title. */
function newsletterNamed(word: string, newsletters: Known['newsletters']) {
  const exact = newsletters.get(word);
  if (exact) return exact;
  const wanted = word.toLowerCase();
  for (const [slug, newsletter] of newsletters)
    if (slug === wanted || newsletter.title?.toLowerCase() === wanted) return newsletter;
  return undefined;
}

/** The slug of the section that a word names, by its slug or title. */
function sectionNamed(word: string, { sections, titles }: KnownNewsletter): string | undefined {
  if (sections.has(word)) return word;
  const wanted = word.toLowerCase();
  return sections.has(wanted) ? wanted : titles?.get(wanted);
}
