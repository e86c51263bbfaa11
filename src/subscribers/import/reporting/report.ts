import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DbOrTransaction } from '../../../database/connection.ts';
import { maskAddressesIn } from '../../../mail/address.ts';
import type { LeftOut, Place, ReasonCode, Values } from '../lines/told.ts';
import type { Outcome } from '../storing/judge.ts';

/** What became of a line, in the words that are counted. */
export type LineResult = 'new' | 'changed' | 'same' | 'left' | 'suppressed' | 'refused';

/** A line of a report. It names no address: that is in the file of those who sent it. */
export interface ReportLine {
  line: number;
  /** Its name inside a ZIP; empty where there is one file. */
  file: string;
  result: LineResult;
  /** Why it was left out; null where it was not. */
  code: ReasonCode | null;
  values: Values;
}

const results: Record<Outcome, { result: LineResult; code: ReasonCode | null }> = {
  new: { result: 'new', code: null },
  changed: { result: 'changed', code: null },
  same: { result: 'same', code: null },
  leftNew: { result: 'left', code: null },
  leftEnded: { result: 'left', code: null },
  leftKnown: { result: 'left', code: null },
  leftHere: { result: 'left', code: 'unsubscribed-since' },
  suppresses: { result: 'suppressed', code: null },
  suppressed: { result: 'suppressed', code: 'suppressed' },
  archived: { result: 'refused', code: 'newsletter-archived' },
};

/** The report's line of one that was taken. */
export const taken = ({ line, file }: Place, outcome: Outcome): ReportLine => ({
  line,
  file: file ?? '',
  ...results[outcome],
  values: {},
});

/** The report's line of one that was refused: what it quotes of a cell may be an address, in a column that was mistaken. */
export const refused = ({ line, file, code, values }: LeftOut): ReportLine => ({
  line,
  file: file ?? '',
  result: 'refused',
  code,
  values: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? maskAddressesIn(value) : value,
    ]),
  ),
});

/** A batch's lines, packed: some 3 bytes a line. */
export const packReport = (lines: ReportLine[]): Buffer =>
  deflateRawSync(
    lines
      .map(({ line, file, result, code, values }) => {
        if (code === null && file === '') return `${line} ${result}`;
        return JSON.stringify([line, file, result, code, values]);
      })
      .join('\n'),
    { level: 1 },
  );

/** The lines of a packed batch. */
export function unpackReport(packed: Buffer): ReportLine[] {
  const text = inflateRawSync(packed).toString();
  if (text === '') return [];
  return text.split('\n').map((one) => {
    if (!one.startsWith('[')) {
      const [line, result] = one.split(' ');
      return { line: Number(line), file: '', result: result as LineResult, code: null, values: {} };
    }
    const [line, file, result, code, values] = JSON.parse(one);
    return { line, file, result, code, values };
  });
}

/** What became of an import's lines, a batch at a time, in the order of the file. */
export async function* readReport(
  db: DbOrTransaction,
  importId: string,
): AsyncGenerator<ReportLine[]> {
  for (let after = -1; ; ) {
    const batch = await db
      .selectFrom('importBatches')
      .select(['number', 'report'])
      .where('importId', '=', importId)
      .where('number', '>', after)
      .orderBy('number')
      .limit(1)
      .executeTakeFirst();
    if (!batch) return;
    yield unpackReport(batch.report);
    after = batch.number;
  }
}
