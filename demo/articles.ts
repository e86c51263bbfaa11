import { english } from './articles-en.ts';
import { spanish } from './articles-es.ts';
import { type Language, languages, newsroom, type Written } from './newsroom.ts';

/** A story on the site, with its address and its time. */
export interface DemoArticle extends Written {
  language: Language;
  path: string;
  picture: string;
  credit: string;
  publishedAt: Date;
  /** The same story in the other language. */
  translation: { language: Language; path: string } | undefined;
}

/** The whole newsroom's work of the last 20 hours, newest first in each language. */
export function publish(now: Date): DemoArticle[] {
  return languages.flatMap((language) =>
    written[language].map((story, place) => toArticle(story, language, place, now)),
  );
}

const written: Record<Language, Written[]> = { en: english, es: spanish };

function toArticle(story: Written, language: Language, place: number, now: Date): DemoArticle {
  const other = language === 'en' ? 'es' : 'en';
  const translated = written[other].find(({ id }) => id === story.id);
  const minutesAgo = 25 + place * 118 + (language === 'es' ? 9 : 0);
  return {
    ...story,
    language,
    path: pathOf(story, language),
    picture: `/pictures/${story.id}.jpg`,
    credit: newsroom[language].credit,
    publishedAt: new Date(now.getTime() - minutesAgo * 60_000),
    translation: translated && { language: other, path: pathOf(translated, other) },
  };
}

const pathOf = ({ section, slug }: Written, language: Language) =>
  `/${language}/${section}/${slug}`;
