import type { Session } from '../../../database/session.ts';
import type { ImportLine } from '../lines/lines.ts';
import type { LeftOut } from '../lines/told.ts';
import {
  type LineResult,
  packReport,
  type ReportLine,
  refused,
  taken,
} from '../reporting/report.ts';
import type { Outcome } from './judge.ts';
import { type StoreOptions, storeLines } from './store-lines.ts';

/** So many lines are told what is wrong with them in the row; the report tells of all. */
const ERRORS_TOLD = 1000;
const MOST_TRIES = 5;

/** Records of a file that are stored together. */
export interface Batch {
  /** From 0 on. */
  number: number;
  /** How much of the file was read before it, from 0 to 1. */
  progress: number;
  records: number;
  lines: ImportLine[];
  leftOut: LeftOut[];
}

/** The import was stopped, or was started anew: nothing more of this run is stored. */
export class ImportEnded extends Error {
  override name = 'ImportEnded';
}

/**
 * Stores a batch in one short transaction, with what the import's row counts and the batch's part of the report: it is
 * stored once, whatever happens to the process. Throws ImportEnded.
 */
export async function storeBatch(
  session: Session,
  batch: Batch,
  options: StoreOptions & { round: number },
): Promise<void> {
  for (let nth = 1; ; nth++) {
    await session.run('begin');
    try {
      const outcomes = await storeLines(session, batch.lines, options);
      await note(session, batch, outcomes, options);
      await session.run('commit');
      return;
    } catch (error) {
      await session.run('rollback').catch(() => undefined);
      // a deadlock with somebody who changes the same readers in another order
      const { code } = error as { code?: string };
      if ((code !== '40P01' && code !== '40001') || nth === MOST_TRIES) throw error;
    }
  }
}

async function note(
  session: Session,
  batch: Batch,
  outcomes: Outcome[],
  { importId, round }: { importId: string; round: number },
): Promise<void> {
  const report = [
    ...batch.lines.map((line, n) => ({ nth: line.nth, ...taken(line, outcomes[n] ?? 'same') })),
    ...batch.leftOut.map((one) => ({ nth: one.nth, ...refused(one) })),
  ].sort((a, b) => a.nth - b.nth);
  const errors = report.filter(({ code }) => code !== null).slice(0, ERRORS_TOLD);
  const count = (result: LineResult) => report.filter((one) => one.result === result).length;
  const were = (...kinds: Outcome[]) => outcomes.filter((one) => kinds.includes(one)).length;
  await session.prepared(
    'import-note-batch',
    'insert into import_batches (import_id, number, report) values ($1, $2, $3)',
    [importId, batch.number, packReport(report)],
  );
  const { count: counted } = await session.prepared(
    'import-count',
    `update imports set lines = lines + $3, added = added + $4, updated = updated + $5, skipped = skipped + $6,
        new_count = new_count + $7, changed_count = changed_count + $8, same_count = same_count + $9,
        left_count = left_count + $10, suppressed_count = suppressed_count + $11,
        refused_count = refused_count + $12, progress = greatest(progress, $13), touched_at = now(),
        errors = case when $14::jsonb = '[]' or jsonb_array_length(errors) >= ${ERRORS_TOLD} then errors
          else errors || $14::jsonb end
      where id = $1 and round = $2 and state = 'running'`,
    [
      importId,
      round,
      batch.records,
      were('new', 'leftNew'),
      were('changed', 'leftEnded'),
      errors.length === ERRORS_TOLD
        ? report.filter(({ code }) => code !== null).length
        : errors.length,
      count('new'),
      count('changed'),
      count('same'),
      count('left'),
      count('suppressed'),
      count('refused'),
      batch.progress,
      JSON.stringify(errors.map(toError)),
    ],
  );
  if (counted !== 1) throw new ImportEnded();
}

const toError = ({ nth, line, file, code, values }: ReportLine & { nth: number }) => ({
  nth,
  line,
  ...(file === '' ? {} : { file }),
  code,
  values,
});
