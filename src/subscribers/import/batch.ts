import type { DbOrTransaction } from '../../database/connection.ts';
import type { Scope } from '../../database/scope.ts';
import type { SubscriptionState } from '../../database/tables.ts';
import { withoutRequest } from '../consent-evidence.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import { storeSubscribers } from '../store-subscribers.ts';
import { recordSubscriptions } from '../subscriptions/record.ts';
import { subscribedOutside } from '../within-scope.ts';
import type { ImportLine } from './lines.ts';
import type { LeftOut, Place } from './told.ts';

/**
 * Stores a batch of lines, each with its consents, in one short transaction. What a reader took back after a consent
 * is left out, and so is an address that is suppressed. No two lines may be of the same address and newsletter.
 * `updated` counts lines that changed something of a known subscription or subscriber. A reader who also receives
 * newsletters outside of the scope stays who they are there.
 */
export async function storeBatch(
  db: DbOrTransaction,
  batch: ImportLine[],
  place: { importId: string; hashAddress: HashAddress; scope: Scope; now: Date },
): Promise<{ added: number; updated: number; leftOut: LeftOut[] }> {
  const store = (tx: DbOrTransaction) => storeLines(tx, batch, place);
  return db.isTransaction ? store(db) : db.transaction().execute(store);
}

async function storeLines(
  tx: DbOrTransaction,
  batch: ImportLine[],
  { importId, hashAddress, scope, now }: Parameters<typeof storeBatch>[2],
) {
  const people = [...new Map(batch.map((line) => [line.address.key, line])).values()];
  const shared = await subscribedOutside(
    tx,
    scope,
    people.map(({ address }) => address.key),
  );
  const stored = await storeSubscribers(
    tx,
    people.map(({ address, name, language, timezone }) => {
      const words = shared.has(address.key)
        ? { name: null, language: null, timezone: null }
        : { name, language, timezone };
      return { address, addressHash: hashAddress(address.key), ...words };
    }),
    now,
  );
  const byKey = new Map(people.map(({ address }, n) => [address.key, stored[n]]));
  const leftOut: LeftOut[] = [];
  const placed: {
    line: Subscribing;
    subscriberId: string;
    isChanged: boolean;
  }[] = [];
  for (const line of batch) {
    const found = byKey.get(line.address.key);
    const { newsletterId, state } = line;
    if (newsletterId === null || state === null) continue;
    if (found?.id)
      placed.push({
        line: { ...line, newsletterId, state },
        subscriberId: found.id,
        isChanged: found.outcome === 'changed',
      });
    else leftOut.push({ ...placeOf(line), code: 'suppressed', values: {} });
  }
  const recorded = placed.map(({ line, subscriberId }) => ({
    ...line,
    subscriberId,
    consents: line.consents ?? consentIn(line, importId),
  }));
  const outcomes = await recordSubscriptions(tx, recorded, now);
  let added = 0;
  let updated = 0;
  for (const [n, { line, isChanged }] of placed.entries()) {
    const outcome = outcomes[n];
    if (outcome === 'unsubscribed')
      leftOut.push({ ...placeOf(line), code: 'unsubscribed-since', values: {} });
    else if (outcome === 'added') added++;
    else if (outcome === 'changed' || isChanged) updated++;
  }
  return { added, updated, leftOut: leftOut.sort((a, b) => a.nth - b.nth) };
}

/** A line that tells of a subscription. */
type Subscribing = ImportLine & { newsletterId: string; state: SubscriptionState };

const placeOf = ({ line, nth, file }: ImportLine): Place => ({
  line,
  nth,
  ...(file ? { file } : {}),
});

function consentIn({ line, state, consentAt, consentSource }: ImportLine, importId: string) {
  if (state !== 'active' || !consentAt) return [];
  const detail = { source: consentSource, import: importId, line };
  return [{ action: 'import' as const, at: consentAt, ...withoutRequest('import'), detail }];
}
