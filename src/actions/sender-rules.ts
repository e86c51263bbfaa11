import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { type ProviderDay, providerDays } from '../deliveries/answer-causes.ts';
import { bad, type Check, good } from '../doctor/check.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';
import { lastMachineChecks, lastSenderChecks } from './sender-checks.ts';

/** The providers that publish what they ask of who sends much. */
export const providers = ['google', 'yahoo', 'microsoft'] as const;
export type Provider = (typeof providers)[number];

/** What each of them asks, and where it says so (read in November 2026). */
export const SOURCES: Record<Provider, string> = {
  google: 'https://support.google.com/a/answer/81126',
  yahoo: 'https://senders.yahooinc.com/best-practices/',
  microsoft:
    'https://techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog/strengthening-email-ecosystem-outlook%E2%80%99s-new-requirements-for-high%E2%80%90volume-senders/4399730',
};

/** From so many messages a day to one provider its rules for bulk senders hold. */
export const BULK = 5_000;
/** A share of complaints above which mail is no longer placed in the inbox, and the one to stay below. */
const MOST_COMPLAINTS = 0.003;
/** Ours: no provider names a number. */
const MOST_UNKNOWN = 0.05;
/** Of fewer messages a day a share says nothing. */
const ENOUGH = 200;

const all: readonly Provider[] = providers;
const ASKED = {
  spf: all,
  dkim: all,
  dmarc: all,
  alignment: all,
  reverse: all,
  tls: ['google'],
  oneClick: all,
  complaints: all,
  unknownUsers: ['yahoo', 'microsoft'],
  replies: ['microsoft'],
  ownDomain: ['google', 'yahoo'],
} as const satisfies Record<string, readonly Provider[]>;

export type RuleName = keyof typeof ASKED;
export const ruleNames = Object.keys(ASKED) as RuleName[];

/** `unknown`: nothing at hand says whether it is so. */
export type RuleState = 'met' | 'unmet' | 'unknown';

/** What one provider asks, and how it stands. */
export interface RuleOfProvider {
  rule: RuleName;
  state: RuleState;
  /** A share that was measured, on its worst day. */
  share: number | null;
}

export interface SenderRules {
  provider: Provider;
  source: string;
  /** Messages that it took on the busiest day of the last week. */
  busiestDay: number;
  bulk: boolean;
  rules: RuleOfProvider[];
}

const FREE =
  /(^|\.)(gmail\.com|googlemail\.com|yahoo\.[a-z.]+|aol\.com|outlook\.[a-z.]+|hotmail\.[a-z.]+|live\.[a-z.]+)$/i;

/** How the newsroom stands with what the large providers ask: from the last look at the DNS and from the ledger's counts. */
export async function senderRules(context: Pick<Context, 'config' | 'db'>): Promise<SenderRules[]> {
  const { db } = context;
  const [senders, machines, days, cameBack] = await Promise.all([
    lastSenderChecks(context, await listNewsletters(db)),
    lastMachineChecks(db),
    providerDays(db),
    cameBackByDay(db),
  ]);
  const ofDomains = (name: string): Pick<Check, 'ok' | 'finding'>[] =>
    senders.map(
      ({ found }) =>
        found?.checks.find((check) => check.name === name) ?? { ok: true, finding: 'unset' },
    );
  const ofMachines = (name: RegExp) =>
    (machines?.checks ?? []).filter((check) => name.test(check.name));
  const dns: Partial<Record<RuleName, RuleState>> = {
    spf: together([...ofDomains('spf'), ...ofMachines(/^spf$/)]),
    dkim: together(ofDomains('dkim')),
    dmarc: together(ofDomains('dmarc')),
    alignment: together(ofDomains('alignment')),
    replies: together(ofDomains('mx')),
    reverse: together(ofMachines(/^reverse$/)),
    tls: together(ofMachines(/^relay/)),
    oneClick: together(ofMachines(/^one-click$/)),
    ownDomain: senders.some(({ domain }) => FREE.test(domain)) ? 'unmet' : 'met',
  };
  return providers.map((provider) => {
    const own = days.filter(({ receiverGroup }) => receiverGroup === provider);
    const measured: Partial<Record<RuleName, number | null>> = {
      // Gmail sends no complaints: its Postmaster Tools tell their share
      complaints: provider === 'google' ? null : worst(own, cameBack, 'complaints'),
      unknownUsers: worst(own, cameBack, 'unknown'),
    };
    const busiestDay = Math.max(0, ...own.map(({ sent }) => sent));
    return {
      provider,
      source: SOURCES[provider],
      busiestDay,
      bulk: busiestDay >= BULK,
      rules: ruleNames
        .filter((rule) => (ASKED[rule] as readonly Provider[]).includes(provider))
        .map((rule) => {
          const share = measured[rule] ?? null;
          const most = rule === 'complaints' ? MOST_COMPLAINTS : MOST_UNKNOWN;
          const byShare = share === null ? 'unknown' : share > most ? 'unmet' : 'met';
          return { rule, state: dns[rule] ?? byShare, share };
        }),
    };
  });
}

/** A finding beside an ok says that something could not be seen, or could be better. */
function together(checks: Pick<Check, 'ok' | 'finding'>[]): RuleState {
  if (checks.some(({ ok, finding }) => !ok && finding !== 'silent')) return 'unmet';
  const unseen = ({ ok, finding }: Pick<Check, 'ok' | 'finding'>) =>
    !ok || finding === 'unset' || finding === 'unseen' || finding === 'local';
  if (checks.length === 0 || checks.some(unseen)) return 'unknown';
  return checks.some(({ finding }) => finding === 'plain') ? 'unmet' : 'met';
}

interface CameBackDay {
  day: string;
  receiverGroup: string;
  complaints: number;
  unknown: number;
}

/** Complaints and mailboxes that are not there, by day and group of receivers, of the week that answers are kept. */
async function cameBackByDay(db: DbOrTransaction): Promise<CameBackDay[]> {
  const { rows } = await sql<CameBackDay>`
    select day, receiver_group, sum(complaints)::int as complaints, sum(unknown)::int as unknown from (
      select (at at time zone 'UTC')::date as day, receiver_group,
        count(*) filter (where kind = 'complaint') as complaints,
        count(*) filter (where kind = 'bounce' and hard) as unknown
      from bounces where at > now() - interval '8 days' group by 1, 2
      union all
      select day, receiver_group, 0, messages from answer_causes
      where answer = 'refused' and cause = 'mailbox') as both_ways
    group by day, receiver_group`.execute(db);
  return rows;
}

function worst(
  days: ProviderDay[],
  cameBack: CameBackDay[],
  what: 'complaints' | 'unknown',
): number | null {
  const shares = days
    .filter(({ sent }) => sent >= ENOUGH)
    .map(({ day, receiverGroup, sent }) => {
      const back = cameBack.find((one) => one.day === day && one.receiverGroup === receiverGroup);
      return (back?.[what] ?? 0) / sent;
    });
  return shares.length > 0 ? Math.max(...shares) : null;
}

const NAMES: Record<Provider, string> = { google: 'Gmail', yahoo: 'Yahoo', microsoft: 'Microsoft' };

/** The same as lines of `gaceta doctor`, one for each provider. */
export const rulesAsChecks = (found: SenderRules[]): Check[] =>
  found.map(({ provider, rules, busiestDay, source }) => {
    const named = (state: RuleState) =>
      rules.filter((one) => one.state === state).map(({ rule }) => rule);
    const [unmet, unknown] = [named('unmet'), named('unknown')];
    const detail = `${named('met').length} of ${rules.length} of ${NAMES[provider]}’s rules for senders met${unmet.length > 0 ? `; not met: ${unmet.join(', ')}` : ''}${unknown.length > 0 ? `; not known: ${unknown.join(', ')}` : ''}; at most ${busiestDay} messages a day`;
    const name = provider === 'google' ? 'gmail' : provider;
    return unmet.length > 0
      ? bad(name, detail, `Mend what is not met; the rules: ${source}`)
      : good(name, detail, null);
  });
