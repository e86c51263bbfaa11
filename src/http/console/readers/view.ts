import type { Translate } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import type { PersonalData } from '../../../privacy/export.ts';
import type { Subscriber } from '../../../subscribers/api-shape.ts';
import { languageName } from '../language-name.ts';
import { timeIn } from '../times.ts';

const NEWEST = 50;

interface Words {
  language: string;
  t: Translate;
}

// Why a delivery was skipped or failed. One that has no words here is shown as the ledger names it.
const reasons = [
  'cancelled',
  'content',
  'erased',
  'expired',
  'paused',
  'refused',
  'suppressed',
  'unaddressable',
  'unsubscribed',
];

// How a consent was given or taken back.
const forms = ['page', 'embed', 'site', 'json', 'link', 'one-click'];

const clock = (language: string) => (time: Date | string | null) =>
  time === null ? '' : timeIn(new Date(time), language, 'UTC');

/** One line of the list of subscribers. */
export function rowView(person: Subscriber, newsletters: Newsletter[], { language, t }: Words) {
  const titles = new Map(newsletters.map(({ slug, title }) => [slug, title]));
  return {
    ...person,
    since: clock(language)(person.createdAt),
    subscriptions: person.subscriptions.map(({ newsletter, state }) => ({
      title: titles.get(newsletter) ?? newsletter,
      state,
      stateText: t(`subscribers.state.${state}`),
    })),
  };
}

/** All that the page of one subscriber shows: the newest consents, deliveries and letters first. */
export function personView(data: PersonalData, newsletters: Newsletter[], words: Words) {
  const { language, t } = words;
  const at = clock(language);
  const titles = new Map(newsletters.map(({ slug, title }) => [slug, title]));
  const title = (slug: string) => titles.get(slug) ?? slug;
  const { subscriber } = data;
  return {
    ...subscriber,
    name: subscriber.email ?? t('subscribers.erasedOne', { id: subscriber.id }),
    called: subscriber.name,
    language: subscriber.language && languageName(subscriber.language, language),
    since: at(subscriber.createdAt),
    suppressed: data.suppressed && {
      reason: t(`subscribers.suppressions.${data.suppressed.reason}`),
      since: at(data.suppressed.since),
    },
    subscriptions: subscriber.subscriptions.map((one) => ({
      ...one,
      title: title(one.newsletter),
      stateText: t(`subscribers.state.${one.state}`),
      since: at(one.unsubscribedAt ?? one.confirmedAt),
    })),
    consents: data.consents.toReversed().map((one) => ({
      ...one,
      at: at(one.at),
      title: title(one.newsletter),
      form: one.form && forms.includes(one.form) ? t(`subscribers.forms.${one.form}`) : one.form,
      source: typeof one.detail?.source === 'string' ? one.detail.source : '',
    })),
    deliveries: data.deliveries
      .toReversed()
      .slice(0, NEWEST)
      .map((one) => ({
        ...one,
        at: at(one.sentAt ?? one.dueAt),
        title: title(one.newsletter),
        stateText: t(`subscribers.outcomes.${one.state}`),
        reason: reasons.includes(one.reason ?? '')
          ? t(`subscribers.reasons.${one.reason}`)
          : one.reason,
      })),
    letters: data.letters
      .toReversed()
      .slice(0, NEWEST)
      .map(({ kind, state, createdAt }) => ({
        kind: t(`subscribers.kinds.${kind}`),
        state: t(`subscribers.outcomes.${state}`),
        at: at(createdAt),
      })),
  };
}
