import type { Import, ImportSummary } from '../rows.ts';
import { failureInWords, noteInWords, reasonInWords } from './words.ts';

/** An import as a list of the API shows it, and the command line. */
export const importSummaryOf = (one: ImportSummary) => ({
  id: one.id,
  state: one.state,
  newsletter: one.newsletter,
  format: one.format,
  dryRun: one.dryRun,
  lines: one.lines,
  added: one.added,
  updated: one.updated,
  skipped: one.skipped,
  counts: one.counts,
  progress: one.progress,
  createdAt: one.createdAt,
  finishedAt: one.finishedAt,
  touchedAt: one.touchedAt,
  failure: failureInWords(one),
  report: one.lines > 0 ? `${importAddress(one)}/report.csv` : null,
});

/** The whole of one, in the same way. */
export const importOf = (one: Import) => ({
  ...importSummaryOf(one),
  columns: one.understood?.columns ?? [],
  errors: one.errors.map(({ line, code, values }) => {
    return { line, code, reason: reasonInWords({ code, values }) };
  }),
  notes: one.notes.map((note) => noteInWords(note)),
});

export const importAddress = ({ id }: { id: string }): string => `/api/v1/imports/${id}`;
