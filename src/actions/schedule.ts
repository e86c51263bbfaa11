import type { DbOrTransaction } from '../database/connection.ts';
import { editEdition } from '../editions/edit.ts';
import { type Actor, audit } from '../operators/audit.ts';

/** Sets when an edition goes out by itself, in a transaction. Throws what `editEdition` throws. */
export async function scheduleEdition(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  sendAt: Date,
  now: Date,
): Promise<void> {
  await editEdition(tx, id, { sendAt: sendAt.toISOString() }, now);
  await audit(tx, actor, 'edit', `edition ${id}`, { fields: ['sendAt'] });
}
