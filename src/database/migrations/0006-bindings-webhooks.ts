import { type Kysely, sql } from 'kysely';

/** Which newsletters operators and tokens are bound to, how long tokens hold, and where an audited act came from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // Null: the whole newsroom. An id that no newsletter has any more opens nothing, so nothing widens by itself.
  `alter table operators add column bound_to bigint[]
    check (cardinality(bound_to) > 0 and (role <> 'owner' or bound_to is null))`,
  `alter table api_tokens add column bound_to bigint[] check (cardinality(bound_to) > 0)`,
  `alter table api_tokens add column expires_at timestamptz`,
  `alter table audit add column origin text`,
];
