import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** A form that an operator sent when their session had ended. */
export interface KeptForm {
  /** Where it was going, within the console. */
  address: string;
  fields: Record<string, string | string[]>;
}

const forADay = sql<boolean>`created_at > now() - interval '1 day'`;

/** Keeps a form for a day, in place of the one that was kept for this operator before. */
export async function keepForm(
  db: DbOrTransaction,
  operatorId: string,
  { address, fields }: KeptForm,
): Promise<void> {
  await sql`delete from kept_forms where not ${forADay}`.execute(db);
  // an operator who is gone meanwhile keeps nothing
  await sql`
    insert into kept_forms (operator_id, address, fields)
    select id, ${address}, ${JSON.stringify(fields)}::jsonb from operators where id = ${operatorId}
    on conflict (operator_id) do update
      set address = excluded.address, fields = excluded.fields, created_at = now()`.execute(db);
}

/** What is kept for an operator. */
export async function keptForm(
  db: DbOrTransaction,
  operatorId: string,
): Promise<KeptForm | undefined> {
  return db
    .selectFrom('keptForms')
    .select(['address', 'fields'])
    .where('operatorId', '=', operatorId)
    .where(forADay)
    .executeTakeFirst();
}

/** Forgets it: it was sent again, or is not wanted. With `address`, only one that was going there. */
export async function forgetForm(
  db: DbOrTransaction,
  operatorId: string,
  address?: string,
): Promise<void> {
  let query = db.deleteFrom('keptForms').where('operatorId', '=', operatorId);
  if (address !== undefined) query = query.where('address', '=', address);
  await query.execute();
}
