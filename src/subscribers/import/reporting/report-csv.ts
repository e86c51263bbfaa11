import { stringify } from 'csv-stringify/sync';
import type { DbOrTransaction } from '../../../database/connection.ts';
import { asCell } from '../../csv-cell.ts';
import { readReport } from './report.ts';
import { reasonInWords } from './words.ts';

/** What became of each line of an import, as CSV in a language, a batch at a time. It names lines, not addresses. */
export async function* reportCsv(
  db: DbOrTransaction,
  id: string,
  language = 'en',
): AsyncGenerator<string> {
  yield stringify([['line', 'file', 'result', 'code', 'reason']]);
  for await (const lines of readReport(db, id))
    yield stringify(
      lines.map(({ line, file, result, code, values }) => [
        line,
        asCell(file),
        result,
        code,
        code && asCell(reasonInWords({ code, values }, language)),
      ]),
    );
}
