import { type AddressFault, InvalidAddress, readAddress } from '../mail/address.ts';
import { fromCell } from './csv-cell.ts';
import { InvalidImport } from './errors.ts';
import { containerBy, KIND_BYTES } from './import/reading/container.ts';
import { openCsv } from './import/reading/csv.ts';
import type { Row } from './import/reading/records.ts';
import { fieldOf, isAddress } from './import/understanding/titles.ts';
import type { Suppression } from './suppression.ts';

/** One line of a list of addresses, or why it is none. */
export type ListedAddress =
  | { line: number; key: string; reason: NamedReason | null }
  | { line: number; fault: AddressFault | 'line' };

/** What a list may say of why nothing is to be sent to an address. */
type NamedReason = Extract<Suppression['reason'], 'bounce' | 'complaint'>;

const EMAIL = /^(address|subscriber)$/i;
const STATE = /^(state|status|reason|type|event|estado|motivo|bounce[\s_-]?type)$/i;

/**
 * The addresses of a list: one a line, or the column `email` of a table, which may have a column `state`, `status`,
 * `reason` or `type` that tells bounces and complaints. Memory does not grow with it. Throws InvalidImport for what is
 * no text.
 */
export async function* readAddressList(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<ListedAddress> {
  const { titles, rows } = await openCsv(textOnly(source), () => undefined);
  const email = titles.findIndex((title) => fieldOf(title) === 'email' || EMAIL.test(title));
  const state = titles.findIndex((title) => STATE.test(title));
  // no title at all: the first line is of the list too
  const isHeadless = titles[0] === '1';
  if (email === -1 && !isHeadless && titles.length > 0)
    yield listed({ line: 1, cells: titles }, 0, -1);
  for await (const batch of rows)
    for (const row of batch) yield listed(row, email === -1 ? placeIn(row) : email, state);
}

/** Where nothing says it: the cell that is an address, else the first. */
const placeIn = (row: Row): number =>
  'cells' in row ? Math.max(0, row.cells.findIndex(isAddress)) : 0;

async function* textOnly(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of source) {
    if (head) {
      head = Buffer.concat([head, chunk]);
      if (head.length < KIND_BYTES) continue;
      yield requireText(head);
      head = undefined;
    } else yield chunk;
  }
  // nothing at all is a list of nobody, as a pipe may bring it
  if (head && head.length > 0) yield requireText(head);
}

function requireText(head: Buffer): Buffer {
  if (containerBy(head) !== 'text') throw new InvalidImport('packed');
  return head;
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
