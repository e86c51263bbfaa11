import type { EditionState, HeldBy } from '../../../database/tables.ts';
import type { Ledger } from '../../../deliveries/ledger.ts';
import type { RelayActivity } from '../../../deliveries/relay-activity.ts';
import type { Translate } from '../../../locales/index.ts';
import { noticesInWords } from '../../../locales/notices.ts';
import { receiverName } from '../receiver-name.ts';
import type { Figures, Rate } from './figures.ts';

interface Words {
  language: string;
  t: Translate;
}

/** What stands in an edition's bar, in this order. */
const drawn = ['sent', 'sending', 'failed', 'skipped', 'uncertain'] as const;

/** The bar of an edition, and the numbers below it. */
export function barOf(
  { ledger, audience: known }: { ledger: Ledger; audience: number | null },
  language: string,
) {
  const planned = Object.values(ledger).reduce((sum, count) => sum + count, 0);
  const audience = known ?? planned;
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const share = (count: number) => (audience > 0 ? count / audience : 0);
  return {
    handled: percent.format(share(planned - ledger.queued - ledger.sending)),
    parts: drawn.map((state) => ({ state, share: Math.round(share(ledger[state]) * 1000) / 10 })),
    numbers: {
      ...Object.fromEntries(
        Object.entries(ledger).map(([state, count]) => [state, number.format(count)]),
      ),
      audience: number.format(audience),
    },
  };
}

/** A sentence about what keeps an edition from going on; null where nothing does, or an editor wants it so. */
export function whyHeld(
  edition: {
    state: EditionState;
    heldBy: HeldBy | null;
    reason: string | null;
    sendAt: Date | null;
  },
  t: Translate,
  now: Date,
): string | null {
  const { state, heldBy, reason, sendAt } = edition;
  if (heldBy === 'editor') return null;
  if (state === 'draft' && heldBy === null && sendAt && sendAt <= now)
    return t('edition.held.overdue');
  return heldBy === 'missed' || heldBy === 'nothing' || heldBy === 'complaints'
    ? t(`edition.held.${heldBy}`)
    : reason;
}

/** What the pages, and the script that renews them, show of an edition that moves. */
export function liveEdition(edition: Figures['editions'][number], words: Words, now: Date) {
  const { id, newsletterId, state, heldBy, statusText, ledger, groups, due } = edition;
  const { language, t } = words;
  const number = new Intl.NumberFormat(language);
  const later = ledger.queued + ledger.sending - due;
  const sending = state === 'sending';
  return {
    id,
    newsletterId,
    state,
    stateText: t(`state.${state}`),
    reason: whyHeld(
      { ...edition, reason: statusText ? noticesInWords(statusText, language) : heldBy },
      t,
      now,
    ),
    ledger,
    ...barOf(edition, language),
    rate: sending ? perSecond(edition.rate, words) : '',
    left: sending ? timeLeft(edition.rate, words) : '',
    later: later > 0 ? t('live.later', { count: later }) : '',
    groups: groups.map(({ group, ledger: of, due: left }) => ({
      name: receiverName(group, t),
      done: number.format(sum(of) - of.queued - of.sending),
      of: number.format(sum(of)),
      rate: sending && left > 0 ? perSecond(edition.groupRates.get(group), words) : '',
      left: sending && left > 0 ? timeLeft(edition.groupRates.get(group), words) : '',
    })),
  };
}
export type LiveEdition = ReturnType<typeof liveEdition>;

/** What a relay takes at the moment, and its words while it takes nothing. */
export const liveRelay = (
  { relay, perSecond: rate, words: said }: RelayActivity,
  words: Words,
) => ({
  name: relay,
  rate: perSecond({ perSecond: rate }, words),
  words: said ?? '',
});

const sum = (ledger: Ledger) => Object.values(ledger).reduce((all, count) => all + count, 0);

function perSecond(rate: Pick<Rate, 'perSecond'> | undefined, { language, t }: Words): string {
  const value = rate?.perSecond ?? null;
  if (value === null) return '';
  const digits = value >= 10 ? 0 : 1;
  const written = new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  return t('live.rate', { rate: written });
}

function timeLeft(rate: Rate | undefined, { t }: Words): string {
  const seconds = rate?.secondsLeft ?? null;
  if (seconds === null) return '';
  if (seconds < 60) return t('live.soon');
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return t('live.minutes', { count: minutes });
  return t('live.hours', { count: Math.round(minutes / 60) });
}
