import { type AddressFault, InvalidAddress, readAddress } from '../mail/address.ts';
import { fromCell } from './csv-cell.ts';
import { openCsv } from './import/reading/csv.ts';
import type { Row } from './import/reading/records.ts';
import type { Suppression } from './suppression.ts';

/** One line of a list of addresses, or why it is none. */
export type ListedAddress =
  | { line: number; key: string; reason: NamedReason | null }
  | { line: number; fault: AddressFault | 'line' };

/** What a list may say of why nothing is to be sent to an address. */
type NamedReason = Extract<Suppression['reason'], 'bounce' | 'complaint'>;

const EMAIL = /^(e[\s_-]?mail([\s_-]?address)?|address|correo|correo electr[oó]nico|subscriber)$/i;
const STATE = /^(state|status|reason|type|event|estado|motivo|bounce[\s_-]?type)$/i;

/**
 * The addresses of a list: one a line, or the column `email` of a table, which may have a column `state`, `status`,
 * `reason` or `type` that tells bounces and complaints. Memory does not grow with it.
 */
export async function* readAddressList(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<ListedAddress> {
  const { titles, rows } = await openCsv(source, () => undefined);
  const email = titles.findIndex((title) => EMAIL.test(title));
  const state = titles.findIndex((title) => STATE.test(title));
  // no title at all: the first line is of the list too
  const isHeadless = titles[0] === '1';
  if (email === -1 && !isHeadless && titles.length > 0)
    yield listed({ line: 1, cells: titles }, 0, -1);
  for await (const batch of rows)
    for (const row of batch) yield listed(row, email === -1 ? 0 : email, state);
}

function listed(row: Row, email: number, state: number): ListedAddress {
  const { line } = row;
  if (!('cells' in row)) return { line, fault: 'line' };
  try {
    const { key } = readAddress(fromCell((row.cells[email] ?? '').trim()));
    return { line, key, reason: reasonIn(row.cells[state] ?? '') };
  } catch (error) {
    if (!(error instanceof InvalidAddress)) throw error;
    return { line, fault: error.fault };
  }
}

/** As services name them: `bounced`, `hard`, `cleaned`, `spamreport`, `abuse`, `complained`. */
function reasonIn(state: string): NamedReason | null {
  if (/spam|complain|abuse|queja/i.test(state)) return 'complaint';
  if (/bounce|hard|clean|invalid|rebot/i.test(state)) return 'bounce';
  return null;
}

/** The compared forms of a list's addresses, a thousand at a time; what is no address is counted by `onFault`. */
export async function* addressesInChunks(
  source: AsyncIterable<Uint8Array>,
  onFault: () => void,
): AsyncGenerator<string[]> {
  let keys: string[] = [];
  for await (const one of readAddressList(source)) {
    if ('fault' in one) onFault();
    else keys.push(one.key);
    if (keys.length < 1000) continue;
    yield keys;
    keys = [];
  }
  if (keys.length > 0) yield keys;
}
