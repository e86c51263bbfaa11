import type { Selectable } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { Database } from '../../database/tables.ts';
import { NewsletterNotFound } from '../../newsletters/errors.ts';
import { getNewsletter } from '../../newsletters/newsletters.ts';
import { ImportNotFound, InvalidImport } from '../errors.ts';
import type { HashAddress } from '../sign-up-fields.ts';
import { storeBatch } from './batch.ts';
import { type ImportLine, type LeftOut, readImport } from './lines.ts';

/** An import as the API shows it. */
export type Import = Pick<
  Selectable<Database['imports']>,
  'id' | 'state' | 'lines' | 'added' | 'updated' | 'skipped' | 'errors'
>;

const BATCH = 500;
/** So many lines are told what is wrong with them; the rest are only counted. */
const ERRORS_TOLD = 1000;

/**
 * Imports a CSV file of subscribers, as it arrives and in bounded memory: a line with its consent becomes
 * active, one without is counted as skipped, one that is wrong is skipped and told by its number. What came
 * before a fault in the file stays imported, and the import is then `failed`.
 * Throws NewsletterNotFound before reading; InvalidImport after a file that is no such list.
 */
export async function importSubscribers(
  db: DbOrTransaction,
  source: AsyncIterable<Uint8Array>,
  {
    newsletter: slug,
    hashAddress,
    now,
    onLines,
  }: {
    newsletter: string;
    hashAddress: HashAddress;
    now: Date;
    /** Told the count of lines read, now and then. */
    onLines?: (lines: number) => void;
  },
): Promise<Import> {
  const newsletter = await getNewsletter(db, slug);
  if (!newsletter) throw new NewsletterNotFound(slug);
  const { id } = await db
    .insertInto('imports')
    .values({ newsletterId: newsletter.id })
    .returning('id')
    .executeTakeFirstOrThrow();
  const counts = { lines: 0, added: 0, updated: 0, skipped: 0 };
  const errors: { line: number; reason: string }[] = [];
  const leaveOut = ({ line, reason, error }: LeftOut) => {
    counts.skipped++;
    if (error && errors.length < ERRORS_TOLD) errors.push({ line, reason });
  };
  let batch = new Map<string, ImportLine>();
  const store = async () => {
    const lines = [...batch.values()];
    batch = new Map();
    if (lines.length > 0) {
      const place = { newsletterId: newsletter.id, importId: id, hashAddress, now };
      const { added, updated, leftOut } = await storeBatch(db, lines, place);
      counts.added += added;
      counts.updated += updated;
      for (const one of leftOut) leaveOut(one);
    }
    onLines?.(counts.lines);
    await save(db, id, counts);
  };
  const known = { sections: new Set(newsletter.sections.map((section) => section.slug)), now };

  try {
    for await (const line of readImport(source, known)) {
      counts.lines++;
      if ('error' in line) leaveOut(line);
      // the same address twice: the later line is an update of the earlier, so that one goes first
      else if (batch.has(line.address.key)) {
        await store();
        batch.set(line.address.key, line);
      } else batch.set(line.address.key, line);
      if (batch.size >= BATCH) await store();
    }
    await store();
    return await finish(db, id, 'done', counts, errors);
  } catch (error) {
    if (error instanceof InvalidImport)
      errors.push({ line: counts.lines + 1, reason: error.message });
    await finish(db, id, 'failed', counts, errors);
    throw error;
  }
}

/** One import. Throws ImportNotFound. */
export async function getImport(db: DbOrTransaction, id: string): Promise<Import> {
  const row = await db
    .selectFrom('imports')
    .select(['id', 'state', 'lines', 'added', 'updated', 'skipped', 'errors'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new ImportNotFound(id);
  return row;
}

type Counts = Pick<Import, 'lines' | 'added' | 'updated' | 'skipped'>;

async function save(db: DbOrTransaction, id: string, counts: Counts): Promise<void> {
  await db.updateTable('imports').set(counts).where('id', '=', id).execute();
}

async function finish(
  db: DbOrTransaction,
  id: string,
  state: 'done' | 'failed',
  counts: Counts,
  errors: Import['errors'],
): Promise<Import> {
  await db
    .updateTable('imports')
    .set({ ...counts, state, errors: JSON.stringify(errors), finishedAt: new Date() })
    .where('id', '=', id)
    .execute();
  return { id, state, ...counts, errors };
}
