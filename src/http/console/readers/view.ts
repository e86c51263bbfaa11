import type { Translate } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import type { LifeEntry } from '../../../privacy/life.ts';
import type { Subscriber } from '../../../subscribers/api-shape.ts';
import type { Suppression } from '../../../subscribers/suppression.ts';
import { languageName } from '../language-name.ts';
import { timeIn } from '../times.ts';

interface Words {
  language: string;
  t: Translate;
}

const clock = (language: string) => (time: Date | string | null) =>
  time === null ? '' : timeIn(new Date(time), language, 'UTC');

/** One line of the list of readers. */
export function rowView(person: Subscriber, newsletters: Newsletter[], { language, t }: Words) {
  const titles = new Map(newsletters.map(({ slug, title }) => [slug, title]));
  return {
    ...person,
    since: clock(language)(person.createdAt),
    subscriptions: person.subscriptions.map(({ newsletter, state }) => ({
      title: titles.get(newsletter) ?? newsletter,
      state,
      stateText: t(`readers.state.${state}`),
    })),
  };
}

/** What the page of one reader says of them. */
export function personView(
  subscriber: Subscriber,
  suppression: Suppression | undefined,
  newsletters: Newsletter[],
  { language, t }: Words,
) {
  const at = clock(language);
  const bySlug = new Map(newsletters.map((one) => [one.slug, one]));
  const inForce = suppression && !suppression.held ? suppression : undefined;
  return {
    id: subscriber.id,
    email: subscriber.email,
    title: subscriber.email ?? t('readers.erasedOne', { id: subscriber.id }),
    name: subscriber.name,
    language: subscriber.language && languageName(subscriber.language, language),
    timezone: subscriber.timezone,
    since: at(subscriber.createdAt),
    waits: subscriber.subscriptions.some((one) => one.state === 'pending'),
    suppressed: inForce && {
      reason: t(`readers.suppressions.${inForce.reason}`),
      detail: inForce.detail,
      since: at(inForce.createdAt),
      stays: inForce.reason === 'complaint',
    },
    // an address that is blocked gets nothing whatever its domain says
    rests: !inForce && subscriber.rests && t(`readers.rests.${subscriber.rests}`),
    subscriptions: subscriber.subscriptions.map((one) => {
      const newsletter = bySlug.get(one.newsletter);
      const chosen = newsletter?.sections.filter(({ slug }) => one.sections?.includes(slug));
      return {
        newsletter: one.newsletter,
        state: one.state,
        title: newsletter?.title ?? one.newsletter,
        stateText: t(`readers.state.${one.state}`),
        facts: [
          at(one.unsubscribedAt ?? one.confirmedAt),
          t(`readers.frequencies.${one.frequency}`),
          one.hour ?? '',
          one.sections === null ? '' : (chosen ?? []).map((section) => section.title).join(', '),
          one.format === 'full' ? '' : t(`readers.formats.${one.format}`),
          one.pausedUntil && new Date(one.pausedUntil) > new Date()
            ? t('readers.pausedUntil', { time: at(one.pausedUntil) })
            : '',
        ].filter(Boolean),
      };
    }),
  };
}

// Why a delivery was skipped or failed. One that has no words here is shown as the ledger names it.
const reasons = [
  'asleep',
  'cancelled',
  'content',
  'domain-gone',
  'erased',
  'expired',
  'nothing',
  'paused',
  'refused',
  'restored',
  'suppressed',
  'unaddressable',
  'unsubscribed',
];
const forms = [
  'page',
  'embed',
  'site',
  'json',
  'link',
  'one-click',
  'api',
  'operator',
  'import',
  'erasure',
  'mail',
  'bounce',
  'complaint',
  'provider',
];
const doings = [
  'add',
  'change',
  'erase',
  'suppress',
  'unsuppress',
  'export',
  'send-confirmation',
  'send-links',
];
const fields = ['email', 'name', 'language', 'timezone', 'subscriptions'];

/** One thing that happened to a reader: what, and what is known of it, each as a text of its own. */
export function lifeView(entry: LifeEntry, newsletters: Newsletter[], { language, t }: Words) {
  const { detail, source, what } = entry;
  const title =
    newsletters.find(({ slug }) => slug === entry.newsletter)?.title ?? entry.newsletter;
  const known = (names: string[], group: string, name: string | null | undefined) =>
    name && names.includes(name) ? t(`readers.${group}.${name}`) : (name ?? '');
  const of = t('readers.edition', { newsletter: title ?? '', number: detail.number ?? 0 });
  const shown = {
    consent: () => ({
      head: [title ?? '', t(`readers.actions.${what}`)],
      more: [
        [detail.wording, detail.wordingVersion && `(${detail.wordingVersion})`],
        [detail.more?.source],
        // said by the action already
        [what === 'operator' && detail.form === what ? '' : known(forms, 'forms', detail.form)],
        [detail.origin],
      ].map((part) => part.filter((text) => typeof text === 'string' && text).join(' ')),
    }),
    edition: () => ({
      head: [of, t(`readers.outcomes.${what}`)],
      more: [known(reasons, 'reasons', detail.reason), detail.words ?? ''],
    }),
    answer: () => ({ head: [of, t('readers.delayed')], more: [detail.words ?? ''] }),
    letter: () => ({
      head: [t(`readers.kinds.${detail.kind}`), t(`readers.outcomes.${what}`)],
      more: [known(reasons, 'reasons', detail.reason), detail.words ?? ''],
    }),
    bounce: () => ({
      head: [
        detail.edition ? of : '',
        t(`bounces.kind.${what === 'bounce' ? (detail.hard ? 'hard' : 'soft') : what}`),
      ],
      more: [
        what === 'bounce' && detail.reason ? t(`bounces.reason.${detail.reason}`) : '',
        detail.words ?? '',
      ],
    }),
    newsroom: () => ({
      head: [
        known(doings, 'didWhat', what.replace(' ', '-')),
        t('readers.by', {
          who: detail.who === 'cli' ? t('readers.commandLine') : (detail.who ?? ''),
        }),
      ],
      more: [
        ...textsIn(detail.more?.fields).map((name) => known(fields, 'fields', name)),
        ...textsIn(detail.more?.newsletters),
        ...textsIn([detail.more?.reason]),
      ],
    }),
  }[source]();
  return {
    at: clock(language)(entry.at),
    edition:
      source === 'edition' || source === 'answer' || source === 'bounce'
        ? detail.edition
        : undefined,
    head: shown.head.filter(Boolean),
    more: shown.more.filter(Boolean),
  };
}

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
