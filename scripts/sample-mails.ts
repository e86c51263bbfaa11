import type { DigestArticle, DigestContent, EditionKind, Imprint } from '../emails/content.ts';
import type { LetterContent, LetterParts } from '../emails/letters/content.ts';
import { attentionInWords } from '../src/actions/attention/words.ts';
import { languages, mailLanguages } from '../src/locales/index.ts';
import { headlines, stories } from './sample-stories.ts';

const SITE = 'https://news.example.org';

const imprint: Imprint = {
  newsroom: 'The Paper of the Coast',
  postalAddress: '12 Harbour Street\n1001 Portville',
  publicUrl: SITE,
  accent: '#a4161a',
  logoUrl: null,
  typeface: 'georgia',
};

/** A reader's values for looking at. */
export const reader = {
  unsubscribeUrl: `${SITE}/unsubscribe/sample`,
  preferencesUrl: `${SITE}/preferences/sample`,
  viewUrl: `${SITE}/archive/daily/412`,
  maskedAddress: 'a••@example.org',
  name: 'Ana',
};

const titles: Record<string, string> = {
  en: 'The Daily',
  es: 'El Diario',
  ar: 'صباح الساحل',
  he: 'בוקר החוף',
};
const sections: Record<string, string[]> = {
  en: ['News', 'Updates', 'Special reports'],
  es: ['Noticias', 'Novedades', 'Informes especiales'],
  ar: ['أخبار', 'مستجدات', 'تقارير خاصة'],
  he: ['חדשות', 'עדכונים', 'כתבות מיוחדות'],
};
const introductions: Record<string, string> = {
  en: 'Good morning. Two years, eleven meetings and one vote: the ferry stays. We were there when the hands went up, and we [asked those who voted against](https://paper.example.org/no) why.',
  es: 'Buenos días. Dos años, once reuniones y un voto: el ferri se queda. Estuvimos allí cuando se alzaron las manos y [preguntamos a quienes votaron en contra](https://paper.example.org/no) por qué.',
  ar: 'صباح الخير. عامان، وأحد عشر اجتماعًا، وصوت واحد: العبّارة باقية. كنا هناك حين ارتفعت الأيدي، و[سألنا من صوّتوا ضدها](https://paper.example.org/no) عن السبب.\n\n- القرار نهائي\n- تبدأ الأعمال في ديسمبر',
  he: 'בוקר טוב. שנתיים, אחת־עשרה ישיבות והצבעה אחת: המעבורת נשארת. היינו שם כשהידיים הורמו ו[שאלנו את המתנגדים](https://paper.example.org/no) למה.',
};

const picture = (name: string, alt: string) => {
  const url = `https://paper.example.org/media/${name}.jpg`;
  return {
    url,
    alt,
    credit: 'Marta Quiroga',
    lead: { url, width: 1_200, height: 675 },
    thumbnail: { url, width: 264, height: 198 },
  };
};

function articles(language: string): DigestArticle[] {
  return (stories[language] ?? []).map(({ picture: name, alt, words, category, ...story }, n) => {
    const publishedAt = new Date(Date.UTC(2026, 10, 24 - (n % 3), 5));
    return {
      ...story,
      id: String(n),
      url: `https://paper.example.org/${language}/${n}`,
      image: name ? picture(name, alt) : null,
      publishedAt,
      revisedAt: n === 1 ? new Date('2026-11-24T08:40:00Z') : null,
      words: words ?? null,
      category: category ?? null,
    };
  });
}

/** Twenty stories in three sections. */
function long(content: DigestContent): DigestContent {
  const [, ...rest] = content.sections.flatMap(({ articles }) => articles);
  const briefs = headlines.flatMap((title, n): DigestArticle[] => {
    const like = rest[n % rest.length];
    return like ? [{ ...like, id: `long-${n}`, title, url: `${like.url}/${n}` }] : [];
  });
  return {
    ...content,
    sections: content.sections.map((section, n) => ({
      ...section,
      articles: [...section.articles, ...briefs.filter((_, at) => at % 3 === n)],
    })),
  };
}

function digest(language: string, kind: EditionKind): DigestContent {
  const all = articles(language);
  const [news = '', updates = '', special = ''] = sections[language] ?? [];
  return {
    imprint,
    newsletter: {
      title: titles[language] ?? '',
      slug: 'daily',
      from: { name: titles[language] ?? '', address: 'daily@news.example.org' },
      replyTo: null,
      private: false,
    },
    language,
    timezone: 'Europe/Madrid',
    edition: {
      number: 412,
      kind,
      date: '2026-11-24',
      subject: null,
      preheader: null,
      introduction: introductions[language] ?? null,
    },
    lead: all[0] ?? null,
    sections: [
      { slug: 'news', title: news, articles: all.slice(0, 3) },
      { slug: 'updates', title: updates, articles: all.slice(3, 5) },
      { slug: 'special', title: special, articles: all.slice(5) },
    ],
    linkParameters: null,
    layout: 'broadsheet',
    format: 'full',
  };
}

/** A letter from the editor: an introduction and no story. */
const note = (content: DigestContent): DigestContent => ({ ...content, lead: null, sections: [] });

/** Digests of each kind and look, by the name of their file. */
export function digests(): Record<string, DigestContent> {
  const teal = { ...imprint, accent: '#0b5c63', typeface: 'palatino' as const };
  return {
    'digest-en': digest('en', 'daily'),
    'digest-es': digest('es', 'daily'),
    'digest-ar': digest('ar', 'daily'),
    'digest-he': digest('he', 'daily'),
    'weekly-en': digest('en', 'weekly'),
    'weekly-ar': digest('ar', 'weekly'),
    'special-es': digest('es', 'special'),
    'special-he': digest('he', 'special'),
    'note-en': note(digest('en', 'special')),
    'long-en': { ...long(digest('en', 'daily')), imprint: teal },
    'compact-en': { ...digest('en', 'daily'), layout: 'compact', imprint: teal },
    'compact-es': { ...digest('es', 'weekly'), layout: 'compact' },
    'headlines-en': { ...digest('en', 'daily'), format: 'headlines' },
    'text-es': { ...digest('es', 'daily'), format: 'text' },
  };
}

const descriptions: Record<string, string> = {
  en: 'Every morning at seven',
  es: 'Cada mañana a las siete',
  ar: 'كل صباح في السابعة',
  he: 'בכל בוקר בשבע',
};

function parts(language: string): LetterParts {
  const newsletters = [
    {
      slug: 'daily',
      title: titles[language] ?? '',
      description: descriptions[language] ?? '',
    },
  ];
  const request = { requestedAt: new Date('2026-11-24T08:15:00Z'), origin: 'news.example.org' };
  const { unsubscribeUrl, preferencesUrl } = reader;
  const waysOut = {
    unsubscribeUrl,
    unsubscribeMailto: 'mailto:desk@news.example.org',
  };
  const url = `${SITE}/sample/4f1c-aB3x_`;
  return {
    confirmation: { ...request, newsletters, confirmUrl: url, days: 7 },
    welcome: {
      newsletters: newsletters.map((one) => ({
        ...one,
        ...waysOut,
        firstEditionAt: new Date('2026-11-25T06:00:00Z'),
        newest: { headline: stories[language]?.[0]?.title ?? '', url: reader.viewUrl },
      })),
      preferencesUrl,
    },
    notice: {
      ...request,
      newsletters: newsletters.map((one) => ({ ...one, ...waysOut })),
      preferencesUrl,
    },
    address: { oldAddress: 'a•••@e•••.org', confirmUrl: url, hours: 24 },
    moved: {
      newAddress: 'b•••@e•••.net',
      changedAt: request.requestedAt,
      restoreUrl: url,
      days: 7,
    },
    links: {
      newsletters: newsletters.map((one) => ({ ...one, ...waysOut })),
      preferencesUrl,
      requestedAt: request.requestedAt,
    },
    silent: {
      newsletters: newsletters.map((one) => ({ ...one, ...waysOut })),
      keepUrl: preferencesUrl,
      weeks: 4,
    },
    access: { requestedAt: request.requestedAt, url, hours: 2 },
    erased: { requestedAt: request.requestedAt },
    invitation: { inviter: 'Inés Robledo', role: 'editor', url, hours: 72 },
    password: { url, hours: 1 },
    draft: {
      newsletter: titles[language] ?? '',
      headline: stories[language]?.[0]?.title ?? '',
      articles: 6,
      sendAt: new Date('2026-11-25T06:00:00Z'),
      waits: false,
      url,
    },
    alert: {
      items: [
        {
          ...attentionInWords(
            {
              cause: 'paused',
              detail: 'paused.refusals',
              facts: {
                newsletter: titles[language] ?? '',
                number: 1204,
                kind: 'daily',
                words: '550 5.7.1 Too many messages today',
              },
            },
            language,
            { unmasked: false },
          ),
          since: new Date('2026-11-24T06:12:00Z'),
          over: null,
        },
      ],
      chosen: true,
      url,
    },
  };
}

/** Every kind of letter in each language it is written in, by the name of its file. */
export function letters(): Record<string, LetterContent> {
  const all: Record<string, LetterContent> = {};
  for (const language of mailLanguages) {
    const said = parts(language);
    const frame = { imprint, language, timezone: 'Europe/Madrid' };
    const add = (letter: LetterContent) => {
      all[`${letter.kind}-${language}`] = letter;
    };
    add({ ...frame, kind: 'confirmation', parts: said.confirmation });
    add({ ...frame, kind: 'welcome', parts: said.welcome });
    add({ ...frame, kind: 'notice', parts: said.notice });
    add({ ...frame, kind: 'address', parts: said.address });
    add({ ...frame, kind: 'moved', parts: said.moved });
    add({ ...frame, kind: 'links', parts: said.links });
    add({ ...frame, kind: 'silent', parts: said.silent });
    add({ ...frame, kind: 'access', parts: said.access });
    add({ ...frame, kind: 'erased', parts: said.erased });
    // the rest are operators', who read a language of the console
    if (!languages.includes(language)) continue;
    add({ ...frame, kind: 'invitation', parts: said.invitation });
    add({ ...frame, kind: 'password', parts: said.password });
    add({ ...frame, kind: 'draft', parts: said.draft });
    add({ ...frame, kind: 'alert', parts: said.alert });
  }
  return all;
}
