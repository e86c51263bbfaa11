import type { Client } from './client.ts';

/** A feed of the newsroom's site. */
export interface SiteFeed {
  language: 'en' | 'es';
  section: string;
  url: string;
}

/** Makes the newsroom's two newsletters through the API: the daily that a first start makes, and a Spanish one. */
export async function openNewsletters(api: Client): Promise<void> {
  await api.call('PATCH', '/newsletters/daily', {
    title: 'The Daily',
    language: 'en',
    from: 'The Harbour Post <daily@harbourpost.example>',
    replyTo: 'desk@harbourpost.example',
  });
  await api.call('POST', '/newsletters', {
    slug: 'diario',
    title: 'El Diario',
    language: 'es',
    timezone: 'Europe/Madrid',
    from: 'El Faro del Puerto <diario@harbourpost.example>',
    replyTo: 'redaccion@harbourpost.example',
    sections: [
      { slug: 'news', title: 'Noticias' },
      { slug: 'updates', title: 'Al día' },
      { slug: 'special-reports', title: 'Reportajes' },
    ],
  });
}

/** Adds the site's feeds to the newsletter of their language and reads them; answers how many articles came. */
export async function readFeeds(api: Client, feeds: SiteFeed[]): Promise<number> {
  let articles = 0;
  for (const { language, section, url } of feeds) {
    const newsletter = language === 'en' ? 'daily' : 'diario';
    const feed = await api.call<{ id: string }>('POST', '/feeds', { newsletter, url, section });
    const { added } = await api.call<{ added: number }>('POST', `/feeds/${feed.id}/fetch`);
    articles += added;
  }
  return articles;
}
