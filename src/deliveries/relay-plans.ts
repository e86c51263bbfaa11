import type { DbOrTransaction } from '../database/connection.ts';
import { parseWarmUp } from '../relays/pace/warm-up.ts';
import type { RelaySettings } from '../relays/settings.ts';

/** The relays with the warm-up that an operator set for them, in place of what SMTP_URL says. */
export async function withPlans(
  db: DbOrTransaction,
  relays: RelaySettings[],
): Promise<RelaySettings[]> {
  const rows = await db.selectFrom('relayPlans').selectAll().execute();
  const plans = new Map(rows.map(({ relay, warmUp }) => [relay, warmUp]));
  return relays.map(({ warmUp: own, ...relay }) => {
    const set = plans.get(relay.name);
    const warmUp = set === undefined ? own : set === null ? undefined : parseWarmUp(set);
    return warmUp ? { ...relay, warmUp } : relay;
  });
}

/** Sets a relay's warm-up plan (`START:FIRST:GROWTH`); null: none; undefined: as SMTP_URL says again. */
export async function putPlan(
  tx: DbOrTransaction,
  relay: string,
  warmUp: string | null | undefined,
): Promise<void> {
  if (warmUp === undefined) {
    await tx.deleteFrom('relayPlans').where('relay', '=', relay).execute();
    return;
  }
  await tx
    .insertInto('relayPlans')
    .values({ relay, warmUp })
    .onConflict((oc) => oc.column('relay').doUpdateSet({ warmUp }))
    .execute();
}
