import { type RawBuilder, sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import type { SubscriptionState } from '../database/tables.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';

/** Which subscribers are meant; all that is named must be true of them. Erased ones are never among them. */
export interface SubscriberFilter {
  /** Parts of the address or name, apart from case and accents; of one or two letters the beginning of a word; signs are themselves. */
  search?: string | undefined;
  /** The compared form of one address. */
  emailKey?: string | undefined;
  /** Of one subscription to this newsletter, by its slug, in this state, that has this section. */
  newsletter?: string | undefined;
  state?: SubscriptionState | undefined;
  section?: string | undefined;
  /** `es` also stands for `es-VE`. */
  language?: string | undefined;
  /** When they were first added: from the one on, before the other. */
  joinedAfter?: Date | undefined;
  joinedBefore?: Date | undefined;
  /** Whether the address is blocked. */
  suppressed?: boolean | undefined;
  /** Those who have a subscription to one of these newsletters, with these subscriptions alone. */
  scope?: Scope;
}

type Condition = RawBuilder<boolean>;

/** A filter as SQL: of `subscribers s`, and of those of their `subscriptions` that it is about. */
export interface FilterConditions {
  person: Condition;
  subscription(alias: 'f' | 't'): Condition;
}

/** Reads what a filter names (newsletters, sections, languages) and makes conditions of it. */
export async function conditionsOf(
  db: DbOrTransaction,
  filter: SubscriberFilter,
): Promise<FilterConditions> {
  const [newsletters, languages] = await Promise.all([
    newslettersOf(db, filter),
    filter.language === undefined ? undefined : languagesLike(db, filter.language),
  ]);
  const subscription = (alias: 'f' | 't') => subscriptionIs(alias, filter, newsletters);
  const isAboutSubscriptions = newsletters !== null || filter.state !== undefined;
  const conditions: Condition[] = [
    sql`s.erased_at is null`,
    ...(filter.emailKey === undefined ? [] : [sql<boolean>`s.email_key = ${filter.emailKey}`]),
    ...wordsOf(filter.search ?? '').map(holdsWord),
    ...(languages ? [sql<boolean>`s.language = any(${languages})`] : []),
    ...(filter.joinedAfter ? [sql<boolean>`s.created_at >= ${filter.joinedAfter}`] : []),
    ...(filter.joinedBefore ? [sql<boolean>`s.created_at < ${filter.joinedBefore}`] : []),
    ...(filter.suppressed === undefined ? [] : [isSuppressed(filter.suppressed)]),
    ...(isAboutSubscriptions
      ? [
          sql<boolean>`exists (select from subscriptions f
            where f.subscriber_id = s.id and ${subscription('f')})`,
        ]
      : []),
  ];
  return { person: sql<boolean>`${sql.join(conditions, sql` and `)}`, subscription };
}

/** The ids that a subscription may be to; null: all. */
async function newslettersOf(
  db: DbOrTransaction,
  { newsletter, section, scope = null }: SubscriberFilter,
): Promise<string[] | null> {
  if (newsletter === undefined && section === undefined) return scope && [...scope];
  const named = (await listNewsletters(db)).filter(
    ({ slug, sections }) =>
      (newsletter === undefined || slug === newsletter) &&
      (section === undefined || sections.some((one) => one.slug === section)),
  );
  return named.map(({ id }) => id).filter((id) => scope === null || scope.includes(id));
}

function subscriptionIs(
  alias: string,
  { state, section }: SubscriberFilter,
  newsletters: string[] | null,
): Condition {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const [only] = newsletters ?? [];
  const conditions: Condition[] = [sql`true`];
  // one by itself, so that an index gives the rows in the order of the subscribers
  if (only !== undefined && newsletters?.length === 1)
    conditions.push(sql`${column('newsletter_id')} = ${only}`);
  else if (newsletters)
    conditions.push(sql`${column('newsletter_id')} = any(${newsletters}::bigint[])`);
  if (state !== undefined) conditions.push(sql`${column('state')} = ${state}`);
  if (section !== undefined)
    conditions.push(
      sql`(${column('sections')} is null or ${section} = any(${column('sections')}))`,
    );
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

const isSuppressed = (wanted: boolean): Condition => {
  const found = sql`exists (select from suppressions x where x.address_hash = s.address_hash and not x.held)`;
  return wanted ? sql<boolean>`${found}` : sql<boolean>`not ${found}`;
};

const MOST_WORDS = 6;

/** The words of a search, without what cannot be seen. */
const wordsOf = (search: string): string[] =>
  search
    .replaceAll(/\p{C}+/gu, ' ')
    .split(/\p{Z}+/u)
    .filter(Boolean)
    .slice(0, MOST_WORDS);

/** Of fewer letters an index of trigrams knows only the beginning of a word. */
const TRIGRAM = 3;

/**
 * Where a word stands, by what an index finds: trigrams are made of letters and digits alone, and letters beyond ASCII
 * are spelt with them. Signs have an index of their own, whose condition is this one.
 */
function holdsWord(word: string): Condition {
  const literal = word.replaceAll(/[\\%_]/g, '\\$&');
  const like = (before: string) => sql`s.search like ${before} || search_form(${literal}) || '%'`;
  const plain = word.normalize('NFD').replaceAll(/[\u0300-\u036f\u064b-\u065f]/g, '');
  if (/[a-z0-9]{3}|[^\0-\x7f]/i.test(plain)) return sql<boolean>`${like('%')}`;
  if (/[^a-z0-9@.]|[@.]{2}/i.test(plain))
    return sql<boolean>`(${like('%')} and s.search ~ '[^a-z0-9@. ]|[@.]{2}')`;
  if (plain.length >= TRIGRAM || /^[@.]/.test(plain)) return sql<boolean>`${like('%')}`;
  return sql<boolean>`(${like('')} or ${like('% ')} or ${like('%@')} or ${like('%.')})`;
}

const MOST_LANGUAGES = 500;

/** The languages that subscribers have, by tag: one look into an index for each. */
export async function languagesOfSubscribers(db: DbOrTransaction): Promise<string[]> {
  const { rows } = await sql<{ language: string }>`
    with recursive found as (
      (select language from subscribers where erased_at is null and language is not null
        order by language limit 1)
      union all
      select (select s.language from subscribers s
        where s.erased_at is null and s.language > found.language order by s.language limit 1)
      from found where found.language is not null
    )
    select language from found where language is not null limit ${MOST_LANGUAGES}`.execute(db);
  return rows.map((row) => row.language);
}

async function languagesLike(db: DbOrTransaction, wanted: string): Promise<string[]> {
  const tag = wanted.toLowerCase();
  return (await languagesOfSubscribers(db)).filter((known) => {
    const one = known.toLowerCase();
    return one === tag || one.startsWith(`${tag}-`);
  });
}
