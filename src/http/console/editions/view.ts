import type { ShownEdition } from '../../../actions/show-editions.ts';
import type { Translate } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { dateIn, timeIn } from '../times.ts';

const percentIn = (count: number, of: number, language: string) =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(
    of > 0 ? count / of : 0,
  );

const drawn = ['sent', 'sending', 'failed', 'skipped', 'uncertain'] as const;

/** What the templates, and the script that renews the figures, show of an edition. */
export function consoleEdition(
  edition: ShownEdition,
  newsletters: Newsletter[],
  { language, t }: { language: string; t: Translate },
  now: Date,
) {
  const newsletter = newsletters.find((one) => one.slug === edition.newsletter);
  const timezone = newsletter?.timezone ?? 'UTC';
  const { ledger } = edition;
  const planned = Object.values(ledger).reduce((sum, count) => sum + count, 0);
  const audience = edition.audience ?? planned;
  const percent = (count: number) =>
    audience > 0 ? Math.round((count / audience) * 1000) / 10 : 0;
  const number = new Intl.NumberFormat(language);
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
    handled: percentIn(planned - ledger.queued - ledger.sending, audience, language),
    parts: drawn.map((state) => ({ state, share: percent(ledger[state]) })),
    numbers: {
      ...Object.fromEntries(
        Object.entries(ledger).map(([state, count]) => [state, number.format(count)]),
      ),
      audience: number.format(audience),
    },
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
        ? t('edition.speed', { rate: number.format(Math.ceil(edition.messagesPerSecond)) })
        : '',
    ].filter((line) => line !== ''),
  };
}

/** A sentence about what keeps it from going on; null where nothing does, or an editor wants it so. */
function whyHeld(
  { state, heldBy, reason, sendAt }: ShownEdition,
  t: Translate,
  now: Date,
): string | null {
  if (heldBy === 'editor') return null;
  if (state === 'draft' && heldBy === null && sendAt && sendAt <= now)
    return t('edition.held.overdue');
  return heldBy === 'missed' || heldBy === 'nothing' ? t(`edition.held.${heldBy}`) : reason;
}
