import type { DomainKeys, ShownKey } from '../../../actions/dkim.ts';
import type { ShownRelay } from '../../../actions/relays.ts';
import type { MachineChecks, SenderChecks } from '../../../actions/sender-checks.ts';
import { ruleNames, type SenderRules } from '../../../actions/sender-rules.ts';
import type { ProviderDay } from '../../../deliveries/answer-causes.ts';
import { noAnswers, type RecentAnswers } from '../../../deliveries/answer-counts.ts';
import type { LivingWorker } from '../../../deliveries/living-workers.ts';
import type { ReceiverLimit } from '../../../deliveries/receiver-limits.ts';
import type { ReceiverPace } from '../../../deliveries/receiver-pace.ts';
import english from '../../../locales/en/console/delivery.ts';
import type { Translate } from '../../../locales/index.ts';
import type { TlsWeek } from '../../../reports/weeks.ts';
import { knownWord } from '../known-word.ts';
import { receiverName } from '../receiver-name.ts';
import { dateIn, timeIn } from '../times.ts';

type Check = SenderChecks['checks'][number];
const { tls } = english.reports;

interface Words {
  language: string;
  t: Translate;
  timezone: string;
}

const shortNumber = (value: number, language: string) =>
  new Intl.NumberFormat(language, {
    maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2,
  }).format(value);
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
      plan: warmUp.plan,
      days: warmUp.days.map(({ day, ceiling }) => ({
        day: dateIn(day, language),
        ceiling: shortNumber(ceiling, language),
      })),
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
  return {
    domain,
    at: found && at(found.at, words),
    checks: (found?.checks ?? []).map((check) => checkView(check, domain, words)),
  };
}

/** What the page shows of the machines that mails go through; the same shape. */
export const machinesView = (found: MachineChecks | null, words: Words) => ({
  domain: words.t('delivery.dns.machines'),
  at: found && at(found.at, words),
  checks: (found?.checks ?? []).map((check) => checkView(check, '', words)),
});

function checkView(
  { name, ok, detail, finding, values, record }: Check,
  domain: string,
  { t }: Words,
) {
  const [kind = '', which = ''] = name.split(/ (.*)/);
  const state = !ok ? 'missing' : finding === 'unset' ? 'unset' : finding ? 'advice' : 'ok';
  return {
    title: `${t(`delivery.dns.titles.${kind}`)} ${which}`.trim(),
    state: { ok: 'sent', unset: 'paused', advice: 'paused', missing: 'cancelled' }[state],
    stateText: t(`delivery.dns.state.${state}`),
    // what is good is shown as it was found
    text:
      finding === undefined ? null : t(`delivery.dns.${kind}.${finding}`, { domain, ...values }),
    detail: finding === undefined ? detail : null,
    record,
  };
}

/** The keys of a domain, and what is to be done with them. */
export function dkimView({ domain, set, keys }: DomainKeys, now: Date, words: Words) {
  const { t } = words;
  const waiting = keys.find(({ state }) => state === 'waiting');
  // of retired ones only the last is of interest
  const shown = keys.filter((key) => key.state === 'active' || key === keys.find(isRetired));
  return {
    domain,
    set: set.map((name) => t('delivery.dkim.set', { name })),
    mayMake: set.length === 0 && !waiting,
    first: keys.length === 0,
    waiting: waiting && { id: waiting.id, record: waiting.record },
    keys: shown.map(({ state, record, activatedAt, recordNeededUntil }) => ({
      name: record.name,
      state: state === 'active' ? 'sent' : '',
      stateText: t(`delivery.dkim.${state === 'active' ? 'active' : 'retired'}`),
      note: noteOf({ activatedAt, recordNeededUntil }, now, words),
    })),
  };
}

/** Since when a key signs, or until when the record of a retired one is needed. */
function noteOf(
  { activatedAt, recordNeededUntil }: Pick<ShownKey, 'activatedAt' | 'recordNeededUntil'>,
  now: Date,
  words: Words,
): string | null {
  const { t } = words;
  if (recordNeededUntil)
    return recordNeededUntil > now
      ? t('delivery.dkim.keep', { time: at(recordNeededUntil, words) })
      : t('delivery.dkim.remove');
  return activatedAt && t('delivery.dkim.since', { time: at(activatedAt, words) });
}

const isRetired = ({ state }: ShownKey) => state === 'retired';

/** One row a rule, one column a provider. */
export function rulesView(found: SenderRules[], words: Words) {
  const { language, t } = words;
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 });
  const states = { met: 'sent', unmet: 'cancelled', unknown: 'paused', none: '' };
  return {
    providers: found.map(({ provider, source, busiestDay, bulk }) => {
      const name = receiverName(provider, t);
      const most = new Intl.NumberFormat(language).format(busiestDay);
      return {
        name,
        source,
        volume: `${t('delivery.rules.busiest', { count: most, provider: name })}${bulk ? ` ${t('delivery.rules.bulk')}` : ''}`,
      };
    }),
    rows: ruleNames.map((rule) => ({
      name: t(`delivery.rules.names.${rule}`),
      cells: found.map(({ rules }) => {
        const own = rules.find((one) => one.rule === rule);
        const state = own?.state ?? 'none';
        return {
          state: states[state],
          text: t(`delivery.rules.state.${state}`),
          share:
            own?.share == null
              ? null
              : t('delivery.rules.share', { share: percent.format(own.share) }),
        };
      }),
    })),
  };
}

/** The days of the groups of receivers, with the reasons of what was not taken. */
export const daysView = (days: ProviderDay[], { language, t }: Words) =>
  days.map(({ day, receiverGroup, causes, ...counts }) => ({
    day: dateIn(day, language),
    name: receiverName(receiverGroup, t),
    counts,
    causes: causes.map(({ cause, messages }) =>
      t('delivery.days.cause', {
        cause: t(`delivery.days.names.${cause}`),
        count: new Intl.NumberFormat(language).format(messages),
      }),
    ),
  }));

/** What senders report of encryption on their way to us, in words. */
export const tlsView = (weeks: TlsWeek[], { language, t }: Omit<Words, 'timezone'>) =>
  weeks.map(({ policyType, failures, ...week }) => ({
    ...week,
    policy: knownWord(policyType, tls.policies, 'delivery.reports.tls.policies', t),
    failures: failures.slice(0, 10).map(({ type, host, sessions }) =>
      t('delivery.days.cause', {
        cause: [knownWord(type, tls.failures, 'delivery.reports.tls.failures', t), host ?? '']
          .filter(Boolean)
          .join(' · '),
        count: new Intl.NumberFormat(language).format(sessions),
      }),
    ),
  }));

/** The groups of receivers that anything was sent to in the last day, or that are held back; the busiest first. */
export function groupViews(
  answers: Map<string, RecentAnswers>,
  limits: Map<string, ReceiverLimit>,
  paces: ReceiverPace[],
  words: Words,
) {
  const { language, t } = words;
  const set = Map.groupBy(paces, ({ receiverGroup }) => receiverGroup);
  return [...new Set([...answers.keys(), ...limits.keys(), ...set.keys()])]
    .map((group) => {
      const { day } = answers.get(group) ?? noAnswers();
      const limit = limits.get(group);
      return {
        name: receiverName(group, t),
        day,
        set: (set.get(group) ?? []).map(({ relay, perSecond, connections }) =>
          [
            relay,
            perSecond === null ? '' : t('live.rate', { rate: shortNumber(perSecond, language) }),
            connections === null ? '' : t('delivery.receivers.atOnce', { count: connections }),
          ]
            .filter(Boolean)
            .join(', '),
        ),
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
