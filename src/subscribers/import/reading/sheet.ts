import type { Row } from './records.ts';

/** A table of a file: what its columns are called, and its rows, many at a time, to be read once. */
export interface Sheet {
  kind: 'csv' | 'xlsx' | 'jsonl';
  /** Its name inside a ZIP. */
  name: string | null;
  /** When it was written, as the ZIP says. */
  writtenAt: Date | null;
  delimiter: string | null;
  titles: string[];
  /** Null where there is nothing to guess. It may show itself only as the rows are read. */
  encoding(): string | null;
  rows: AsyncGenerator<Row[]>;
}
