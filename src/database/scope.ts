import { type RawBuilder, sql } from 'kysely';

/** The newsletters, by id, that a query is kept to: `null` is the whole newsroom. */
export type Scope = readonly string[] | null;

/** A condition of SQL: the newsletter that `column` names by its id is within the scope. */
export const within = (scope: Scope, column: string): RawBuilder<boolean> =>
  scope === null
    ? sql<boolean>`true`
    : sql<boolean>`${sql.ref(column)} = any(${[...scope]}::bigint[])`;

/** A condition of SQL: all that `column` holds, the ids of newsletters, is within the scope; null is the whole newsroom. */
export const reaches = (scope: Scope, column: string): RawBuilder<boolean> =>
  scope === null ? sql<boolean>`true` : sql<boolean>`${sql.ref(column)} <@ ${[...scope]}::bigint[]`;
