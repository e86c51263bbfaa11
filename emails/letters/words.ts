import { type Translate, translator } from '../../src/locales/index.ts';
import { oneLine } from '../../src/text/one-line.ts';
import type { Imprint } from '../content.ts';
import { listInWords, timeInWords } from '../language.ts';
import type { AlertItem, LetterContent, NamedNewsletter, SubscribedNewsletter } from './content.ts';

/** A letter in words, before it becomes html or text. */
export interface LetterWords {
  subject: string;
  heading: string;
  before: string[];
  newsletters: NamedNewsletter[];
  button: { label: string; url: string } | null;
  after: string[];
  /** What there is to read meanwhile. */
  links: { label: string; url: string }[];
  /** A link for each newsletter that the letter is about. */
  unsubscribe: { label: string; url: string }[];
}

/** All that the html of a letter is made of. */
export interface LetterFace {
  words: LetterWords;
  imprint: Imprint;
  language: string;
}

/** One thing of an alert, as letters list newsletters: its title, and what there is to know. */
function alertEntry(
  t: Translate,
  { title, detail, fix, since, over }: AlertItem,
  time: (at: Date) => string,
): NamedNewsletter {
  const told = over
    ? t('alert.was', { detail, since: time(since), over: time(over) })
    : t('alert.is', { detail, fix, since: time(since) });
  return { slug: '', title: over ? t('alert.overTitle', { title }) : title, description: told };
}

/** A text of several lines as paragraphs. */
const paragraphs = (text: string) => text.split('\n').map(oneLine).filter(Boolean);

/** What a letter says, in its language; `time` puts an instant into words. */
export function letterWords(
  content: LetterContent,
  time = (at: Date) => timeInWords(at, content.language, content.timezone),
): LetterWords {
  const { kind, language, imprint } = content;
  const t = translator(language, 'mail');
  const newsroom = imprint.newsroom;
  const titles = (newsletters: NamedNewsletter[]) =>
    listInWords(
      newsletters.map((newsletter) => newsletter.title),
      language,
    );
  const words = (change: Partial<LetterWords>, values: Record<string, string> = {}) => ({
    subject: t(`${kind}.subject`, { newsroom, ...values }),
    heading: t(`${kind}.heading`, values),
    before: [],
    newsletters: [],
    button: null,
    after: [],
    links: [],
    unsubscribe: [],
    ...change,
  });
  const unsubscribing = (newsletters: SubscribedNewsletter[]) =>
    newsletters.map(({ title, unsubscribeUrl: url }) => ({
      label:
        newsletters.length === 1
          ? t('letter.unsubscribe')
          : t('letter.unsubscribeFrom', { newsletter: title }),
      url,
    }));
  const button = (url: string) => ({ label: t(`${kind}.button`), url });

  switch (kind) {
    case 'confirmation': {
      const { newsletters, confirmUrl, days, origin, requestedAt } = content.parts;
      const values = { newsletters: titles(newsletters), origin, time: time(requestedAt) };
      return words(
        {
          before: [t('confirmation.request', values)],
          newsletters,
          button: button(confirmUrl),
          after: [t('confirmation.days', { count: days }), t('confirmation.ignore')],
        },
        values,
      );
    }
    case 'welcome': {
      const { newsletters, preferencesUrl } = content.parts;
      const one = newsletters.length === 1;
      return words(
        {
          before: [
            ...newsletters.flatMap(({ welcome }) => paragraphs(welcome ?? '')),
            t('welcome.thanks'),
          ],
          newsletters: newsletters.map(({ firstEditionAt: at, ...newsletter }) => ({
            ...newsletter,
            description: [newsletter.description, at && t('welcome.first', { time: time(at) })]
              .filter(Boolean)
              .join('\n'),
          })),
          button: button(preferencesUrl),
          after: [t('welcome.choose'), t('welcome.leave')],
          links: newsletters.flatMap(({ title, newest }) =>
            newest
              ? [{ label: one ? newest.headline : `${title}: ${newest.headline}`, url: newest.url }]
              : [],
          ),
          unsubscribe: unsubscribing(newsletters),
        },
        { newsletters: titles(newsletters) },
      );
    }
    case 'notice': {
      const { newsletters, preferencesUrl, origin, requestedAt } = content.parts;
      const values = { newsletters: titles(newsletters), origin, time: time(requestedAt) };
      return words(
        {
          before: [t('notice.request', values)],
          button: button(preferencesUrl),
          after: [t('notice.ignore')],
          unsubscribe: unsubscribing(newsletters),
        },
        values,
      );
    }
    case 'address': {
      const { oldAddress, confirmUrl, hours } = content.parts;
      return words({
        before: [t('address.request', { oldAddress })],
        button: button(confirmUrl),
        after: [t('address.hours', { count: hours }), t('address.ignore')],
      });
    }
    case 'moved': {
      const { newAddress, changedAt, restoreUrl, days } = content.parts;
      return words({
        before: [t('moved.done', { newAddress, time: time(changedAt) }), t('moved.undo')],
        button: button(restoreUrl),
        after: [t('moved.days', { count: days }), t('moved.ignore')],
      });
    }
    case 'links': {
      const { newsletters, preferencesUrl, requestedAt } = content.parts;
      return words({
        before: [t('links.request', { newsroom, time: time(requestedAt) })],
        newsletters,
        button: button(preferencesUrl),
        after: [t('links.data'), t('links.ignore')],
        unsubscribe: unsubscribing(newsletters),
      });
    }
    case 'silent': {
      const { newsletters, keepUrl, weeks } = content.parts;
      return words(
        {
          before: [t('silent.question', { newsroom })],
          newsletters,
          button: button(keepUrl),
          after: [t('silent.weeks', { count: weeks }), t('silent.later')],
          unsubscribe: unsubscribing(newsletters),
        },
        { newsletters: titles(newsletters) },
      );
    }
    case 'access': {
      const { requestedAt, url, hours } = content.parts;
      return words({
        before: [t('access.request', { time: time(requestedAt) })],
        button: button(url),
        after: [t('access.hours', { count: hours }), t('access.ignore')],
      });
    }
    case 'erased':
      return words({
        before: [t('erased.done', { time: time(content.parts.requestedAt) })],
        after: [t('erased.kept'), t('erased.last')],
      });
    case 'invitation': {
      const { inviter, url, hours } = content.parts;
      const role = t(`roles.${content.parts.role}`);
      return words({
        before: [
          inviter
            ? t('invitation.invited', { inviter, newsroom, role })
            : t('invitation.setUp', { newsroom, role }),
        ],
        button: button(url),
        after: [t('invitation.hours', { count: hours }), t('invitation.ignore', { newsroom })],
      });
    }
    case 'password': {
      const { url, hours } = content.parts;
      return words({
        before: [t('password.asked', { newsroom })],
        button: button(url),
        after: [t('password.hours', { count: hours }), t('password.ignore')],
      });
    }
    case 'draft': {
      const { newsletter, headline, articles, sendAt, waits, url } = content.parts;
      const due = t(waits ? 'draft.waits' : 'draft.goes', { time: time(sendAt) });
      return words(
        {
          before: [`${t('draft.articles', { count: articles })} ${due}`],
          newsletters: [{ slug: '', title: headline, description: '' }],
          button: button(url),
          after: [t('draft.why')],
        },
        { newsletter, headline },
      );
    }
    case 'alert': {
      const { items, chosen, url } = content.parts;
      const over = items.every((item) => item.over !== null);
      const newsletters = items.map((item) => alertEntry(t, item, time));
      const many = t(over ? 'alert.manyOver' : 'alert.many', { count: items.length });
      return words(
        {
          heading: t(over ? 'alert.headingOver' : 'alert.heading'),
          newsletters,
          button: button(url),
          after: [t(chosen ? 'alert.whyChosen' : 'alert.whyAddress')],
        },
        { title: newsletters.length === 1 ? (newsletters[0]?.title ?? '') : many },
      );
    }
  }
}
