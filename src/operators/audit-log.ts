import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { readId } from '../text/id.ts';

/** One line of the audit, as the API shows it. */
export interface AuditLine {
  id: string;
  at: Date;
  actor: {
    kind: string;
    /** Of an operator or a token. */
    id: string | null;
    /** What people call it: name or address of an operator, name of a token. */
    name: string | null;
  };
  action: string;
  /** What was acted on, such as `edition 12`. */
  object: string;
  /** The network address that the request came from, where there was one. */
  origin: string | null;
  detail: Record<string, unknown> | null;
}

/** Which lines: each narrows the others. */
export interface AuditFilter {
  /** `operator 3`, `token 4`, or a kind alone: `operator`, `token`, `cli`, `reader`, `system`. */
  actor?: string | undefined;
  action?: string | undefined;
  /** `edition 12`, or all of a kind: `edition`. */
  object?: string | undefined;
  /** Days in UTC, as 2026-11-24; both included. */
  from?: string | undefined;
  to?: string | undefined;
}

/** The audit, newest first. `after` is the `next` of the page before. */
export async function listAudit(
  db: DbOrTransaction,
  { limit, after, ...filter }: AuditFilter & { limit: number; after?: string | undefined },
): Promise<{ data: AuditLine[]; next: string | null }> {
  const { rows } = await sql<AuditLine>`
    select a.id, a.at, a.action, a.object, a.origin, a.detail,
      jsonb_build_object('kind', a.actor, 'id', coalesce(a.operator_id, a.token_id)::text,
        'name', coalesce(nullif(o.name, ''), o.email, t.name)) as actor
    from audit a left join operators o on o.id = a.operator_id left join api_tokens t on t.id = a.token_id
    where ${matching(filter)} and ${after === undefined ? sql`true` : sql`a.id < ${readId(after) ?? '0'}`}
    order by a.id desc limit ${limit + 1}`.execute(db);
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

function matching({ actor, action, object, from, to }: AuditFilter) {
  const wanted = [sql`true`];
  if (actor !== undefined) {
    const [kind = '', id] = actor.split(' ');
    wanted.push(sql`a.actor = ${kind}`);
    if (id !== undefined)
      wanted.push(
        sql`${sql.ref(kind === 'token' ? 'a.token_id' : 'a.operator_id')} = ${readId(id) ?? '0'}`,
      );
  }
  if (action !== undefined) wanted.push(sql`a.action = ${action}`);
  if (object !== undefined)
    wanted.push(sql`(a.object = ${object} or starts_with(a.object, ${`${object} `}))`);
  if (from !== undefined) wanted.push(sql`a.at >= ${`${from}T00:00:00Z`}::timestamptz`);
  if (to !== undefined)
    wanted.push(sql`a.at < ${`${to}T00:00:00Z`}::timestamptz + interval '1 day'`);
  return sql.join(wanted, sql` and `);
}

/** The actions that are in the audit, in the order of the alphabet: looked up one by one in the index. */
export async function auditActions(db: DbOrTransaction): Promise<string[]> {
  const { rows } = await sql<{ action: string }>`
    with recursive each as (
      (select action from audit order by action limit 1)
      union all
      select (select action from audit where action > each.action order by action limit 1)
      from each where each.action is not null
    )
    select action from each where action is not null`.execute(db);
  return rows.map(({ action }) => action);
}
