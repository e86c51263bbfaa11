import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Eta } from 'eta';
import express, { type Express, type Response } from 'express';
import { type DemoArticle, publish } from './articles.ts';
import { type FeedPage, toAtom, toRss } from './feeds.ts';
import { type Language, languages, newsroom, type Section, sectionNames } from './newsroom.ts';
import { lighthouseSpecial } from './special.ts';

/** The invented newsroom's site, on loopback. */
export interface DemoSite {
  url: string;
  /** One RSS feed for each section in each language. */
  feeds: { language: Language; section: Section; url: string }[];
  close(): Promise<void>;
}

const views = new Eta({ views: join(import.meta.dirname, 'views'), cache: true });

/**
 * Starts a small news site in English and Spanish whose articles were published within the last 20
 * hours. With `publicUrl` (Gaceta's), each article ends with its sign-up form.
 */
export async function startSite({
  port = 0,
  publicUrl,
}: {
  port?: number;
  publicUrl?: string;
} = {}): Promise<DemoSite> {
  const articles = publish(new Date());
  const server = createSite(articles, publicUrl).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url,
    feeds: languages.flatMap((language) =>
      sectionNames.map((section) => ({
        language,
        section,
        url: `${url}/${language}/${section}.xml`,
      })),
    ),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createSite(articles: DemoArticle[], publicUrl: string | undefined): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    '/pictures',
    express.static(join(import.meta.dirname, 'pictures'), { extensions: ['jpg'] }),
  );
  app.get('/site.css', (_request, response) => {
    response.sendFile('site.css', { root: join(import.meta.dirname, 'views') });
  });
  app.get('/', (request, response) => {
    response.redirect(`/${request.acceptsLanguages(languages) || 'en'}/`);
  });

  for (const language of languages) {
    const own = articles.filter((article) => article.language === language);
    const words = newsroom[language];
    const show = (response: Response, view: string, siteUrl: string, data: object) => {
      response
        .type('html')
        .send(views.render(view, { language, words, siteUrl, publicUrl, ...data }));
    };
    const feed = (path: string, page: Omit<FeedPage, 'language' | 'self'>) => {
      app.get(path, (request, response) => {
        const atom = path.startsWith('/atom');
        response.type(atom ? 'application/atom+xml' : 'application/rss+xml');
        const filled = { ...page, language, self: path };
        response.send(atom ? toAtom(filled, originOf(request)) : toRss(filled, originOf(request)));
      });
    };
    feed(`/feed.${language}.xml`, { title: words.title, page: `/${language}/`, articles: own });
    feed(`/atom.${language}.xml`, { title: words.title, page: `/${language}/`, articles: own });
    app.get(`/${language}`, (request, response) => {
      show(response, 'front', originOf(request), { articles: own, section: undefined });
    });

    for (const section of sectionNames) {
      const page = `/${language}/${section}`;
      const title = `${words.title}: ${words.sections[section]}`;
      const within = own.filter((article) => article.section === section);
      feed(`${page}.xml`, { title, page, articles: within });
      app.get(page, (request, response) => {
        show(response, 'front', originOf(request), { articles: within, section });
      });
    }
    const special = language === 'en' ? [lighthouseSpecial(new Date())] : [];
    for (const article of [...own, ...special]) {
      const more = own.filter(({ id }) => id !== article.id).slice(0, 3);
      app.get(article.path, (request, response) => {
        show(response, 'article', originOf(request), { article, more });
      });
    }
  }

  app.use((request, response) => {
    const language: Language = request.path.startsWith('/es') ? 'es' : 'en';
    const data = { language, words: newsroom[language], siteUrl: originOf(request), publicUrl };
    response.status(404).type('html').send(views.render('missing', data));
  });
  return app;
}

/** Absolute addresses name the port that was asked: the site is on loopback alone. */
function originOf({ socket }: { socket: { localPort?: number } }): string {
  return `http://localhost:${socket.localPort}`;
}
