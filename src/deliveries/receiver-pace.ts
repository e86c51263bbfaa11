import type { DbOrTransaction } from '../database/connection.ts';

/** What an operator set for a receiver group. */
export interface ReceiverPace {
  /** Empty: over all relays. */
  relay: string;
  receiverGroup: string;
  /** Messages a second over all workers; null: no limit of the operator's. */
  perSecond: number | null;
  /** Messages under way at once, in each worker; null: as many as the relays have connections. */
  connections: number | null;
}

/** All that operators set, by group. */
export function receiverPaces(db: DbOrTransaction): Promise<ReceiverPace[]> {
  return db
    .selectFrom('receiverPace')
    .selectAll()
    .orderBy('receiverGroup')
    .orderBy('relay')
    .execute();
}

/** Sets it for a group; with neither of both it is taken away. */
export async function putReceiverPace(
  tx: DbOrTransaction,
  { relay, receiverGroup, perSecond, connections }: ReceiverPace,
): Promise<void> {
  if (perSecond === null && connections === null) {
    await tx
      .deleteFrom('receiverPace')
      .where('relay', '=', relay)
      .where('receiverGroup', '=', receiverGroup)
      .execute();
    return;
  }
  await tx
    .insertInto('receiverPace')
    .values({ relay, receiverGroup, perSecond, connections })
    .onConflict((oc) =>
      oc.columns(['relay', 'receiverGroup']).doUpdateSet({ perSecond, connections }),
    )
    .execute();
}
