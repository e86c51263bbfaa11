export type Language = 'en' | 'es';
export type Section = 'news' | 'updates' | 'special-reports';

/** A story as its author wrote it: invented, like the town it is about. */
export interface Written {
  /** The same for a story and its translation; also the name of its picture. */
  id: string;
  slug: string;
  section: Section;
  headline: string;
  standfirst: string;
  author: string;
  /** What the picture shows, for those who do not see it. */
  alt: string;
  paragraphs: string[];
}

/** What the newsroom calls itself and its pages, in each language. */
export const newsroom = {
  en: {
    title: 'The Harbour Post',
    motto: 'Saltmere, every day since 1887',
    sections: { news: 'News', updates: 'Updates', 'special-reports': 'Special reports' },
    newsletter: 'daily',
    subscribe: 'Subscribe free to our daily newsletter',
    pitch: 'The day in Saltmere, in your inbox at seven. Leave with one click.',
    credit: 'The Harbour Post',
    by: 'By',
    other: 'En español',
    also: 'More from The Harbour Post',
    invented: 'The town, the people and the news here are invented: this is the demo of Gaceta.',
    missing: 'This page has sailed.',
  },
  es: {
    title: 'El Faro del Puerto',
    motto: 'Saltmere, cada día desde 1887',
    sections: { news: 'Noticias', updates: 'Al día', 'special-reports': 'Reportajes' },
    newsletter: 'diario',
    subscribe: 'Suscríbete gratis a nuestro boletín diario',
    pitch: 'El día en Saltmere, en tu correo a las siete. Te vas con un clic.',
    credit: 'El Faro del Puerto',
    by: 'Por',
    other: 'In English',
    also: 'Más en El Faro del Puerto',
    invented:
      'La ciudad, la gente y las noticias son inventadas: esto es la demostración de Gaceta.',
    missing: 'Esta página ha zarpado.',
  },
} satisfies Record<Language, object>;

export const languages: Language[] = ['en', 'es'];
export const sectionNames: Section[] = ['news', 'updates', 'special-reports'];
