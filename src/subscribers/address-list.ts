import { type AddressFault, InvalidAddress, readAddress } from '../mail/address.ts';
import { fromCell } from './csv-cell.ts';
import { readRecords } from './import/records.ts';
import { textLines } from './import/text-lines.ts';
import type { Suppression } from './suppression.ts';

/** One line of a list of addresses, or why it is none. */
export type ListedAddress =
  | { line: number; key: string; reason: NamedReason | null }
  | { line: number; fault: AddressFault | 'line' };

/** What a list may say of why nothing is to be sent to an address. */
type NamedReason = Extract<Suppression['reason'], 'bounce' | 'complaint'>;

const EMAIL = /^(e[\s_-]?mail([\s_-]?address)?|address|correo|correo electr[oó]nico|subscriber)$/i;
const STATE = /^(state|status|reason|type|event|estado|motivo|bounce[\s_-]?type)$/i;
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * The addresses of a list: one a line, or the column `email` of a table, which may have a column `state`, `status`,
 * `reason` or `type` that tells bounces and complaints. Memory does not grow with it. Throws InvalidImport for a line of
 * a million characters.
 */
export async function* readAddressList(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<ListedAddress> {
  const lines = textLines(source, () => undefined);
  let first = await lines.next();
  while (!first.done && first.value.text?.trim() === '') first = await lines.next();
  if (first.done) return;
  const header = first.value.text ?? '';
  const delimiter = DELIMITERS.toSorted((a, b) => count(header, b) - count(header, a))[0] ?? ',';
  const titles = header.split(delimiter).map((title) => title.replaceAll('"', '').trim());
  const email = titles.findIndex((title) => EMAIL.test(title));
  const state = titles.findIndex((title) => STATE.test(title));
  const whole = (async function* () {
    if (email === -1) yield first.value;
    yield* lines;
  })();
  for await (const record of readRecords(whole, delimiter, () => 1000)) {
    const { line } = record;
    if (!('cells' in record)) {
      yield { line, fault: 'line' };
      continue;
    }
    const { cells } = record;
    const cell = cells[email === -1 ? 0 : email] ?? '';
    try {
      const { key } = readAddress(fromCell(cell));
      yield { line, key, reason: reasonIn(cells[state] ?? '') };
    } catch (error) {
      if (!(error instanceof InvalidAddress)) throw error;
      yield { line, fault: error.fault };
    }
  }
}

const count = (text: string, delimiter: string) => text.split(delimiter).length;

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
