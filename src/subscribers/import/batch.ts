import type { DbOrTransaction } from '../../database/connection.ts';
import { byOperator } from '../consent-evidence.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import { storeSubscribers } from '../store-subscribers.ts';
import { activateSubscriptions } from '../subscriptions.ts';
import type { ImportLine, LeftOut } from './lines.ts';

/**
 * Stores a batch of lines, each with its consent, as active subscriptions, in one short transaction. What a
 * reader took back after that consent is left out, and so is an address that is suppressed. The lines must
 * be of different addresses. `updated` counts lines that changed something of a known subscription.
 */
export async function storeBatch(
  db: DbOrTransaction,
  batch: ImportLine[],
  place: { newsletterId: string; importId: string; hashAddress: HashAddress; now: Date },
): Promise<{ added: number; updated: number; leftOut: LeftOut[] }> {
  const store = (tx: DbOrTransaction) => storeLines(tx, batch, place);
  return db.isTransaction ? store(db) : db.transaction().execute(store);
}

async function storeLines(
  tx: DbOrTransaction,
  batch: ImportLine[],
  {
    newsletterId,
    importId,
    hashAddress,
    now,
  }: { newsletterId: string; importId: string; hashAddress: HashAddress; now: Date },
) {
  const people = batch.map(({ address, name, language, timezone }) => {
    return { address, addressHash: hashAddress(address.key), name, language, timezone };
  });
  const stored = await storeSubscribers(tx, people, now);
  const leftOut: LeftOut[] = [];
  const consents = batch.flatMap((line, n) => {
    const subscriberId = stored[n]?.id;
    if (!subscriberId) {
      leftOut.push({ line: line.line, reason: 'The address is suppressed.', error: true });
      return [];
    }
    const { consentSource, consentAt, frequency, sections } = line;
    const detail = { source: consentSource, import: importId, line: line.line };
    const evidence = byOperator('import');
    const action = 'import' as const;
    const choices = { frequency, hour: null, sections };
    return { subscriberId, newsletterId, action, consentAt, evidence, detail, ...choices, n };
  });
  const activations = await activateSubscriptions(tx, consents, now);
  let added = 0;
  let updated = 0;
  for (const [index, { n, detail }] of consents.entries()) {
    const activation = activations[index];
    if (activation === 'unsubscribed')
      leftOut.push({
        line: detail.line,
        reason: 'The reader has unsubscribed since that consent.',
        error: true,
      });
    else if (activation === 'activated') added++;
    else if (activation === 'changed' || stored[n]?.outcome === 'changed') updated++;
  }
  return { added, updated, leftOut: leftOut.sort((a, b) => a.line - b.line) };
}
