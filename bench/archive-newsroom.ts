import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publish } from '../demo/articles.ts';
import { openCropper } from '../emails/render/cropper.ts';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { type Context, openContext } from '../src/context.ts';
import { createDatabase } from '../src/database/create.ts';
import { startEmbedded } from '../src/database/embedded/embedded.ts';
import type { EditionArticle, EditionContent, Picture } from '../src/editions/content.ts';
import { createNewsletter, type Newsletter } from '../src/newsletters/newsletters.ts';
import { putNewsroom } from '../src/newsletters/newsroom.ts';
import { storePictureFile } from '../src/pictures/files.ts';
import { openLog } from '../src/process/log.ts';
import { migrateAll } from '../src/services.ts';

/** Readers' pages in this process, on a PostgreSQL of their own, with an archive of so many editions each. */
export async function openArchive(
  editions: number,
  origins: string[] = [],
): Promise<{ base: string; context: Context; close(): Promise<void> }> {
  const place = mkdtempSync(join(tmpdir(), 'gaceta-archive-'));
  chmodSync(place, 0o755); // root's PostgreSQL runs as another account, which must be able to enter
  const database = await startEmbedded(join(place, 'data'));
  await createDatabase(database.url('postgres'), 'gaceta');
  await migrateAll(database.url());
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = loadConfig({ DATA_DIR: place, LOG_LEVEL: 'error', PUBLIC_URL: base });
  const context = await openContext(config, database.url(), openLog('error', 'archive'));
  await fillArchive(context, editions, origins);
  server.on('request', createApp(context));
  return {
    base,
    context,
    async close() {
      server.close();
      server.closeAllConnections();
      await context.close();
      await database.stop();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

const BATCH = 250;
const STORIES = 10;

type Story = Pick<EditionArticle, 'title' | 'standfirst' | 'author' | 'image' | 'section'>;

async function fillArchive({ db }: Context, editions: number, origins: string[]): Promise<void> {
  await putNewsroom(db, {
    name: 'The Harbour Post',
    colour: '#0b5d73',
    logo: null,
    postalAddress: '1 Quay Street, Saltmere',
  });
  const pictures = await storePictures(db);
  const written = (language: 'en' | 'es'): Story[] =>
    publish(new Date())
      .filter((one) => one.language === language)
      .map(({ id, headline, standfirst, author, alt, credit, section }) => {
        const picture = pictures.get(id);
        const image = picture ? { ...picture, alt, credit } : null;
        return { title: headline, standfirst, author, section, image };
      });
  const newsletters = [
    { slug: 'daily', title: 'The Daily', language: 'en', stories: written('en') },
    { slug: 'diario', title: 'El Diario', language: 'es', stories: written('es') },
    { slug: 'nashra', title: 'نشرة الميناء', language: 'ar', stories: arabic(written('en')) },
  ];
  const about = {
    en: 'The day in Saltmere, in your inbox at seven.',
    es: 'El día en Saltmere, en tu correo a las siete.',
    ar: 'يوم المدينة في بريدك عند السابعة.',
  };
  for (const { stories, slug, title, language } of newsletters) {
    const newsletter = await createNewsletter(db, {
      slug,
      title,
      language,
      description: about[language as keyof typeof about],
      timezone: 'Europe/Madrid',
      origins,
      sections: [
        {
          slug: 'news',
          title: language === 'ar' ? 'أخبار' : language === 'es' ? 'Noticias' : 'News',
        },
        {
          slug: 'updates',
          title: language === 'ar' ? 'مستجدات' : language === 'es' ? 'Al día' : 'Updates',
        },
      ],
    });
    await addEditions(db, newsletter, stories, editions);
  }
}

/** The demo's pictures, as the worker would have made them. */
async function storePictures(db: Context['db']): Promise<Map<string, Picture>> {
  const cropper = openCropper({ log: () => {} });
  const made = new Map<string, Picture>();
  for (const { id } of publish(new Date())) {
    if (made.has(id)) continue;
    const file = join(import.meta.dirname, '../demo/pictures', `${id}.jpg`);
    const { lead, thumbnail } = await cropper.crop(readFileSync(file));
    if (!lead || !thumbnail) throw new Error(`${file} was not cropped`);
    const copy = async ({ bytes, width, height }: typeof lead) => ({
      url: `/p/${await storePictureFile(db, { bytes, width, height })}.jpg`,
      width,
      height,
    });
    const url = `https://harbour.example/${id}.jpg`;
    made.set(id, {
      url,
      alt: '',
      credit: null,
      lead: await copy(lead),
      thumbnail: await copy(thumbnail),
    });
  }
  await cropper.close();
  return made;
}

function arabic(like: Story[]): Story[] {
  const titles = [
    'العبّارة الليلية تعود إلى الرصيف الشمالي بعد ثلاثة فصول شتاء',
    'انهيار جزء من جدار الميناء بعد العاصفة',
    'مجلس المدينة يوافق على 14 مترًا إضافيًا للرصيف',
    'سوق السمك يفتح أبوابه مساءً للمرة الأولى',
    'مكتبة جديدة في مستودع قديم',
  ];
  return titles.map((title, place) => ({
    title,
    standfirst:
      'ما الذي حدث، ولماذا يهم سكان المدينة، وما الذي سيأتي بعد ذلك خلال الأسابيع المقبلة.',
    author: 'مريم حداد',
    section: place < 3 ? 'news' : 'updates',
    image: like[place]?.image ?? null,
  }));
}

/** In batches, for one statement for each row would be most of the bench. */
async function addEditions(
  db: Context['db'],
  newsletter: Newsletter,
  stories: Story[],
  editions: number,
): Promise<void> {
  for (let first = 1; first <= editions; first += BATCH) {
    const numbers = Array.from(
      { length: Math.min(BATCH, editions - first + 1) },
      (_, place) => first + place,
    );
    const dayOf = (number: number) =>
      new Date(Date.UTC(2026, 10, 29, 6) - (editions - number) * 86_400_000);
    const made = await db
      .insertInto('editions')
      .values(
        numbers.map((number) => ({
          newsletterId: newsletter.id,
          number,
          kind: 'daily' as const,
          localDate: dayOf(number).toISOString().slice(0, 10),
          state: 'sent' as const,
          revision: 1,
          frozenAt: dayOf(number),
        })),
      )
      .returning(['id', 'number', 'frozenAt'])
      .execute();
    await db
      .insertInto('revisions')
      .values(
        made.map(({ id, number, frozenAt }) => ({
          editionId: id,
          number: 1,
          content: JSON.stringify(
            contentOf(newsletter, stories, { id, number, day: dayOf(number) }),
          ),
          createdAt: frozenAt ?? dayOf(number),
        })),
      )
      .execute();
  }
}

function contentOf(
  newsletter: Newsletter,
  stories: Story[],
  { id, number, day }: { id: string; number: number; day: Date },
): EditionContent {
  const { slug, title, language, timezone, sections } = newsletter;
  const articles = Array.from({ length: STORIES }, (_, place): EditionArticle => {
    const story = stories[(place + number) % stories.length] as Story;
    const article = String(number * 100 + place);
    const url = `https://harbour.example/${language}/${article}`;
    const publishedAt = day.toISOString();
    return { ...story, id: article, story: article, url, language, publishedAt, feed: null };
  });
  return {
    newsletter: {
      id: newsletter.id,
      slug,
      title,
      language,
      timezone,
      from: null,
      replyTo: null,
      private: false,
      linkParameters: null,
      sections: sections.map((section) => ({ slug: section.slug, title: section.title })),
    },
    edition: {
      id,
      number,
      kind: 'daily',
      localDate: day.toISOString().slice(0, 10),
      subject: null,
      preheader: null,
      introduction: null,
    },
    frequencies: ['daily'],
    languages: [language],
    articles,
    overlaps: [],
  };
}
