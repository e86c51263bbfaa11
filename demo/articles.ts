import { english } from './articles-en.ts';
import { spanish } from './articles-es.ts';
import { type Language, newsroom, type Written } from './newsroom.ts';

/** A story on the site, with its address and its time. */
export interface DemoArticle extends Written {
  language: Language;
  path: string;
  picture: string;
  credit: string;
  publishedAt: Date;
}

/** The whole newsroom's work of the last 20 hours, newest first in each language. */
export function publish(now: Date): DemoArticle[] {
  return [
    ...english.map((written, place) => toArticle(written, 'en', place, now)),
    ...spanish.map((written, place) => toArticle(written, 'es', place, now)),
  ];
}

function toArticle(written: Written, language: Language, place: number, now: Date): DemoArticle {
  // the translation comes first: its desk sits nearer to the harbour
  const minutesAgo = 25 + place * 118 + (language === 'es' ? 9 : 0);
  return {
    ...written,
    language,
    path: `/${language}/${written.section}/${written.slug}`,
    picture: `/pictures/${written.id}.jpg`,
    credit: newsroom[language].credit,
    publishedAt: new Date(now.getTime() - minutesAgo * 60_000),
  };
}
