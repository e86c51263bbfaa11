import { type RawBuilder, sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';

/** What a page of a reader's life may be kept to. */
export const lifeSources = [
  'consent',
  'edition',
  'letter',
  'answer',
  'bounce',
  'newsroom',
] as const;
export type LifeSource = (typeof lifeSources)[number];

/** One thing that happened to a reader. */
export interface LifeEntry {
  at: Date;
  source: LifeSource;
  id: string;
  /** Its slug, where it is about one. */
  newsletter: string | null;
  /** What happened: the action of a consent, the state of a message, the action of an audit row. */
  what: string;
  /** An edition's id and number, a letter's kind, words of a relay, who did it, and the like; null where unknown. */
  detail: {
    edition?: string;
    number?: number;
    kind?: string;
    reason?: string | null;
    words?: string | null;
    wording?: string | null;
    wordingVersion?: string | null;
    form?: string | null;
    origin?: string | null;
    who?: string | null;
    hard?: boolean;
    more?: Record<string, unknown> | null;
  };
}

/** A place in a life, between two pages of it. */
export const LIFE_CURSOR = /^\d{4}-\d\d-\d\dT[\d:.]{8,15}_[a-z]{1,12}_\d{1,18}$/;

/**
 * What happened to a reader, the newest first, a page at a time: consents, editions with what the mail server said,
 * letters, temporary refusals, what came back, what operators did. Within a scope, of these newsletters alone; letters and what operators did
 * are of the person.
 */
export async function lifeOf(
  db: DbOrTransaction,
  subscriberId: string,
  {
    limit,
    after,
    only,
    scope = null,
  }: { limit: number; after?: string | undefined; only?: LifeSource | undefined; scope?: Scope },
): Promise<{ data: LifeEntry[]; next: string | null }> {
  const chosen = lifeSources.filter((source) => only === undefined || source === only);
  const parts = chosen.map((source) => sources[source](subscriberId, scope));
  const [at, source, id] = after?.split('_') ?? [];
  const { rows } = await sql<LifeEntry & { place: string }>`
    select at, source, id::text, newsletter, what, detail,
      to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as place
    from (${sql.join(parts, sql` union all `)}) as life (at, source, id, newsletter, what, detail)
    where ${
      at === undefined
        ? sql`true`
        : sql`(at, source, id) < (${`${at}Z`}::timestamptz, ${source}::text, ${id}::bigint)`
    }
    order by at desc, source desc, id desc limit ${limit + 1}`.execute(db);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(({ at: time, source: of, id: row, newsletter, what, detail }) => {
      return { at: time, source: of, id: row, newsletter, what, detail };
    }),
    next: rows.length > limit && last ? `${last.place}_${last.source}_${last.id}` : null,
  };
}

type Part = (subscriberId: string, scope: Scope) => RawBuilder<unknown>;

const sources: Record<LifeSource, Part> = {
  consent: (id, scope) => sql`
    select c.at, 'consent'::text as source, c.id, n.slug as newsletter, c.action as what,
      jsonb_build_object('wording', c.wording, 'wordingVersion', c.wording_version, 'form', c.form,
        'origin', c.origin_address, 'more', c.detail) as detail
    from consents c join newsletters n on n.id = c.newsletter_id
    where c.subscriber_id = ${id} and ${within(scope, 'c.newsletter_id')}`,
  // by way of the editions: the ledger has no index by subscriber, and an edition's row is one look-up by its key
  edition: (id, scope) => sql`
    select coalesce(d.sent_at, d.uncertain_at, d.due_at), 'edition', e.id, n.slug, d.state,
      jsonb_build_object('edition', e.id::text, 'number', e.number, 'kind', e.kind, 'reason', d.reason,
        'words', d.answer)
    from subscriptions t join editions e on e.newsletter_id = t.newsletter_id and e.frozen_at is not null
      join newsletters n on n.id = e.newsletter_id
      cross join lateral (
        select * from deliveries d where d.edition_id = e.id and d.subscriber_id = ${id}
      ) as d
    where t.subscriber_id = ${id} and ${within(scope, 't.newsletter_id')}`,
  letter: (id) => sql`
    select coalesce(l.sent_at, l.created_at), 'letter', l.id, null, l.state,
      jsonb_build_object('kind', l.kind, 'reason', l.reason, 'words', l.answer)
    from letters l where l.subscriber_id = ${id}`,
  answer: (id, scope) => sql`
    select v.at, 'answer', v.id, n.slug, v.phase,
      jsonb_build_object('edition', e.id::text, 'number', e.number, 'words', v.reply)
    from delivery_events v join editions e on e.id = v.edition_id
      join newsletters n on n.id = e.newsletter_id
    where v.subscriber_id = ${id} and ${within(scope, 'e.newsletter_id')}`,
  bounce: (id, scope) => sql`
    select b.at, 'bounce', b.id, n.slug, b.kind,
      jsonb_build_object('edition', e.id::text, 'number', e.number, 'reason', b.reason, 'words', b.words,
        'hard', b.hard)
    from bounces b left join editions e on e.id = b.edition_id left join newsletters n on n.id = b.newsletter_id
    where b.subscriber_id = ${id} and ${within(scope, 'b.newsletter_id')}`,
  newsroom: (id) => sql`
    select a.at, 'newsroom', a.id, null, a.action,
      jsonb_build_object('who', coalesce(nullif(o.name, ''), o.email, k.name, a.actor), 'more', a.detail)
    from audit a left join operators o on o.id = a.operator_id left join api_tokens k on k.id = a.token_id
    where a.object = any(array['subscriber ' || ${id}::text, (
      select 'address ' || encode(s.address_hash, 'hex') from subscribers s where s.id = ${id}::bigint)])`,
};
