import type { ShownEdition } from '../../../actions/show-editions.ts';
import type { DeliveryState } from '../../../database/tables.ts';
import type { Translate } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { barOf, whyHeld } from '../live/view.ts';
import { dateIn, timeIn } from '../times.ts';

/** What the templates, and the script that renews the figures, show of an edition. */
export function consoleEdition(
  edition: ShownEdition,
  newsletters: Newsletter[],
  { language, t }: { language: string; t: Translate },
  now: Date,
) {
  const newsletter = newsletters.find((one) => one.slug === edition.newsletter);
  const timezone = newsletter?.timezone ?? 'UTC';
  const at = edition.startedAt ?? edition.sendAt;
  return {
    ...edition,
    reason: whyHeld(edition, t, now),
    headline: edition.subject || edition.articles[0]?.title || t(`kind.${edition.kind}`),
    newsletterTitle: newsletter?.title ?? edition.newsletter,
    stateText: t(`state.${edition.state}`),
    at: at
      ? { iso: at.toISOString(), text: timeIn(at, language, timezone) }
      : { iso: edition.localDate, text: dateIn(edition.localDate, language) },
    ...barOf(edition, language),
    times: [
      edition.sendAt && edition.state === 'scheduled'
        ? t('edition.startsAt', { time: timeIn(edition.sendAt, language, timezone) })
        : '',
      edition.startedAt
        ? t('edition.startedAt', { time: timeIn(edition.startedAt, language, timezone) })
        : '',
      edition.finishedAt
        ? t('edition.finishedAt', { time: timeIn(edition.finishedAt, language, timezone) })
        : '',
      edition.startedAt && edition.messagesPerSecond
        ? t('edition.speed', { count: Math.ceil(edition.messagesPerSecond) })
        : '',
    ].filter((line) => line !== ''),
  };
}

/** Why, in the operator's words; a reason that has none is said as it is stored. */
export function whyMissed(
  { state, reason }: { state: DeliveryState; reason: string | null },
  t: Translate,
): string {
  if (state === 'sent' || state === 'queued' || state === 'sending') return t(`ledger.${state}`);
  if (reason === null) return t(`editions.missed.without.${state}`);
  return knownReasons.has(reason) ? t(`editions.reasons.${reason}`) : reason;
}

const knownReasons = new Set([
  'refused',
  'content',
  'expired',
  'unaddressable',
  'unsubscribed',
  'suppressed',
  'domain-gone',
  'asleep',
  'erased',
  'paused',
  'nothing',
  'cancelled',
  'restored',
]);
