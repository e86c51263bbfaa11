import type { ShownRelay } from '../../../actions/relays.ts';
import type { SenderChecks } from '../../../actions/sender-checks.ts';
import { noAnswers, type RecentAnswers } from '../../../deliveries/answer-counts.ts';
import type { LivingWorker } from '../../../deliveries/living-workers.ts';
import type { ReceiverLimit } from '../../../deliveries/receiver-limits.ts';
import type { Translate } from '../../../locales/index.ts';
import { receiverName } from '../receiver-name.ts';
import { timeIn } from '../times.ts';

interface Words {
  language: string;
  t: Translate;
  timezone: string;
}

const shortNumber = (value: number, language: string) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: value >= 10 ? 0 : 2 }).format(value);
const at = (time: Date, { language, timezone }: Words) => timeIn(time, language, timezone);

/** What the page shows of a relay. */
export function relayView(relay: ShownRelay, words: Words) {
  const { language, t } = words;
  const { now, rate, warmUp, lastWords } = relay;
  const perSecond = (value: number) => t('live.rate', { rate: shortNumber(value, language) });
  return {
    name: relay.name,
    address: `${relay.host}:${relay.port}`,
    tls: t(`delivery.relay.tls.${relay.tls}`),
    state: now?.state ?? 'idle',
    stateText: t(`delivery.relay.state.${now?.state ?? 'idle'}`),
    words: now?.words ?? null,
    restingUntil: now?.restingUntil ? at(now.restingUntil, words) : null,
    connections: t('delivery.relay.connectionsOf', {
      open: now?.connections ?? 0,
      most: relay.connections,
    }),
    rate: rate === null ? t('delivery.relay.noRate') : perSecond(rate),
    perSecond: now ? perSecond(now.perSecond) : null,
    warmUp: warmUp && {
      text: t('delivery.relay.warmUpOf', {
        sent: shortNumber(warmUp.sentToday, language),
        ceiling: shortNumber(warmUp.ceiling, language),
      }),
      sent: Math.min(warmUp.sentToday, warmUp.ceiling),
      ceiling: warmUp.ceiling,
    },
    lately: relay.lately,
    lastDay: relay.lastDay,
    lastWords: lastWords && { text: lastWords.text, at: at(lastWords.at, words) },
  };
}

/** What the page shows of a domain that mails come from. */
export function senderView(
  { domain, found }: { domain: string; found: SenderChecks | null },
  words: Words,
) {
  const { t } = words;
  return {
    domain,
    at: found && at(found.at, words),
    checks: (found?.checks ?? []).map(({ name, ok, detail, finding, record }) => ({
      title: name.toUpperCase(),
      state: ok ? (finding === 'unset' ? 'paused' : 'sent') : 'cancelled',
      stateText: t(`delivery.dns.state.${ok ? (finding === 'unset' ? 'unset' : 'ok') : 'missing'}`),
      // what is good is shown as it was found
      text: finding === undefined ? null : t(`delivery.dns.${name}.${finding}`, { domain }),
      detail: finding === undefined ? detail : null,
      record,
    })),
  };
}

/** The groups of receivers that anything was sent to in the last day, or that are held back; the busiest first. */
export function groupViews(
  answers: Map<string, RecentAnswers>,
  limits: Map<string, ReceiverLimit>,
  words: Words,
) {
  const { language, t } = words;
  return [...new Set([...answers.keys(), ...limits.keys()])]
    .map((group) => {
      const { day } = answers.get(group) ?? noAnswers();
      const limit = limits.get(group);
      return {
        name: receiverName(group, t),
        day,
        rate: limit ? t('live.rate', { rate: shortNumber(limit.perSecond, language) }) : null,
        heldUntil: limit?.heldUntil ? at(limit.heldUntil, words) : null,
      };
    })
    .sort((one, other) => other.day.sent - one.day.sent || one.name.localeCompare(other.name));
}

/** What the page shows of a worker. */
export const workerView = (worker: LivingWorker, words: Words) => ({
  name: `${worker.host} (${worker.pid})`,
  since: at(worker.startedAt, words),
  connections: worker.connections,
});
