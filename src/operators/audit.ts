import type { DbOrTransaction } from '../database/connection.ts';

/** Who changes something. */
export type Actor =
  | { kind: 'operator'; id: string }
  | { kind: 'token'; id: string }
  | { kind: 'cli' }
  | { kind: 'reader' }
  | { kind: 'system' };

/** Writes down who changed what. Call it in the transaction of the change, so that neither is without the other. */
export async function audit(
  tx: DbOrTransaction,
  actor: Actor,
  action: string,
  object: string,
  detail?: Record<string, unknown>,
): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      actor: actor.kind,
      operatorId: actor.kind === 'operator' ? actor.id : null,
      tokenId: actor.kind === 'token' ? actor.id : null,
      action,
      object,
      detail: detail ? JSON.stringify(detail) : null,
    })
    .execute();
}
