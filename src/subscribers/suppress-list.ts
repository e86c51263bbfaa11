import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { AddressFault } from '../mail/address.ts';
import { readAddressList } from './address-list.ts';
import type { HashAddress } from './sign-up-fields.ts';
import type { Suppression } from './suppression.ts';

/** What became of a list of addresses. */
export interface SuppressedList {
  lines: number;
  suppressed: number;
  /** Those to which nothing was sent before; they keep their reason. */
  known: number;
  refusedCount: number;
  /** The first thousand. */
  refused: { line: number; fault: AddressFault | 'line' }[];
}

const CHUNK = 1000;
const MOST_TOLD = 1000;

/**
 * Suppresses every address of a list, for the reason that its line names, else `reason`. In short transactions; run
 * again, it goes on where it ended, since who is suppressed stays so. Throws InvalidImport.
 */
export async function suppressList(
  db: Db,
  source: AsyncIterable<Uint8Array>,
  {
    hashAddress,
    reason,
    detail,
  }: {
    hashAddress: HashAddress;
    reason: Exclude<Suppression['reason'], 'erasure'>;
    detail: string | null;
  },
): Promise<SuppressedList> {
  const done: SuppressedList = { lines: 0, suppressed: 0, known: 0, refusedCount: 0, refused: [] };
  let chunk = new Map<string, string>();
  const store = async () => {
    const rows = [...chunk].map(([key, why]) => ({ hash: hashAddress(key).toString('hex'), why }));
    chunk = new Map();
    const { numAffectedRows = 0n } = await sql`
      insert into suppressions as x (address_hash, reason, detail)
      select decode(hash, 'hex'), why, ${detail}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(hash text, why text) order by hash
      on conflict (address_hash) do update set held = false where x.held`.execute(db);
    done.suppressed += Number(numAffectedRows);
    done.known += rows.length - Number(numAffectedRows);
  };
  for await (const one of readAddressList(source)) {
    done.lines++;
    if ('fault' in one) {
      done.refusedCount++;
      if (done.refused.length < MOST_TOLD) done.refused.push(one);
      continue;
    }
    // twice in one chunk is known already
    if (chunk.has(one.key)) done.known++;
    else chunk.set(one.key, one.reason ?? reason);
    if (chunk.size >= CHUNK) await store();
  }
  await store();
  return done;
}
