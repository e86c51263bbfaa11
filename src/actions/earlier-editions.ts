import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { removeEarlierEdition } from '../earlier-editions/earlier-editions.ts';
import {
  type ArchiveImport,
  type ArchiveImportOptions,
  importArchive,
} from '../earlier-editions/import.ts';
import { requireNewsletter } from '../newsletters/newsletters.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { Scope } from '../operators/scope.ts';

/**
 * Brings the editions of an export into a newsletter's archive, with its audit row where something changed. `place` is a
 * file or a folder. Throws NewsletterNotFound, UnreadableArchive.
 */
export async function importEarlierEditions(
  db: Db,
  { actor, scope }: { actor: Actor; scope: Scope },
  slug: string,
  place: string,
  options: Omit<ArchiveImportOptions, 'newsletter'>,
): Promise<ArchiveImport> {
  const newsletter = await requireNewsletter(db, slug, scope);
  const done = await importArchive(db, place, { ...options, newsletter });
  const { format, added, changed } = done;
  if (!options.dryRun && added + changed > 0)
    await audit(db, actor, 'import', `newsletter ${slug}`, { editions: format, added, changed });
  return done;
}

/** Takes an earlier edition out of the archive, with its audit row. Throws EarlierEditionNotFound. */
export async function removeEarlier(
  tx: DbOrTransaction,
  { actor, scope }: { actor: Actor; scope: Scope },
  id: string,
): Promise<void> {
  const { newsletter, title } = await removeEarlierEdition(tx, id, scope);
  await audit(tx, actor, 'remove', `earlier edition ${id}`, { newsletter, title });
}

/** A file that came in, under a name until it is disposed of: what reads a ZIP opens it by that. */
export async function keepUpload(
  source: AsyncIterable<Uint8Array>,
): Promise<{ path: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gaceta-archive-'));
  const drop = () => rm(folder, { recursive: true, force: true });
  const file = path.join(folder, 'export');
  try {
    await pipeline(source, createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    await drop();
    throw error;
  }
  return { path: file, [Symbol.asyncDispose]: drop };
}
