import type { Context } from '../context.ts';
import { requireNewsletter } from '../newsletters/newsletters.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { Scope } from '../operators/scope.ts';
import { openSpool, type Spool } from '../subscribers/import/reading/spool.ts';
import {
  getImport,
  type Import,
  type ImportOptions,
  restartImport,
  stopImport,
} from '../subscribers/import/rows.ts';
import { requireReadable, understandList } from '../subscribers/import/understanding/understand.ts';
import type { ListOptions } from '../subscribers/import/understanding/understood.ts';

/** What is said with a file. */
export interface ImportRequest extends ListOptions {
  /** A slug; left out: each line names its own, within the scope. */
  newsletter?: string | undefined;
  /** Only look what would become of the lines; startImport then imports them. */
  dryRun?: boolean | undefined;
  /** Of a dry run: take also a file of which nothing says where its addresses are. startImport then has to say it. */
  waitsForMap?: boolean | undefined;
}

interface By {
  actor: Actor;
  scope: Scope;
}

/**
 * Begins an import of the file that `take` takes in, which goes on behind the answer: its row as it begins.
 * Throws as makeImport.
 */
export async function beginImport(
  context: Context,
  by: By,
  request: ImportRequest,
  take: () => Promise<Spool>,
): Promise<Import> {
  const begun = await makeImport(context, by, request, take);
  void lookBehind(context);
  return begun;
}

/**
 * Makes an import of the file that `take` takes in; whoever finds the file works on it.
 * Throws NewsletterNotFound before the file is taken; InvalidImport, TooManyImports, ListTooLarge, NoRoom.
 */
export async function makeImport(
  { db, imports }: Pick<Context, 'db' | 'imports'>,
  { actor, scope }: By,
  { newsletter, dryRun = false, waitsForMap = false, ...list }: ImportRequest,
  take: () => Promise<Spool>,
): Promise<Import> {
  const place = newsletter === undefined ? null : await requireNewsletter(db, newsletter, scope);
  return imports.begin(await take(), {
    newsletterId: place?.id ?? null,
    options: { ...list, newsletter: newsletter ?? null, scope },
    dryRun,
    waitsForMap: dryRun && waitsForMap,
    statedBy: nameOf(actor),
    audit: (tx) => {
      const said = { ...(dryRun && { dryRun }), ...(list.consent && { consent: list.consent }) };
      const detail = Object.keys(said).length > 0 ? said : undefined;
      return audit(tx, actor, 'import', importObject(newsletter), detail);
    },
  });
}

/**
 * Starts an import that a dry run looked at, or that was stopped or broke off; with `changes` anew, as they say.
 * Throws ImportNotFound, WrongImportState, NewsletterNotFound, InvalidImport.
 */
export async function startImport(
  context: Context,
  by: By,
  id: string,
  changes?: ImportRequest,
): Promise<Import> {
  await restart(context, by, id, changes);
  void lookBehind(context);
  return getImport(context.db, id, by.scope);
}

/** The same, for who then works on it. */
export async function restart(
  context: Pick<Context, 'db' | 'imports'>,
  { actor, scope }: By,
  id: string,
  changes?: ImportRequest,
): Promise<void> {
  const { db } = context;
  const found = await getImport(db, id, scope);
  if (!changes && found.understood) requireReadable(found.understood);
  const changed = changes && (await changedOptions(context, found, scope, changes));
  await db.transaction().execute(async (tx) => {
    await restartImport(tx, id, changed);
    await audit(tx, actor, 'import start', `import ${id}`, changes && { changes });
  });
}

/** Stops an import: what is stored stays, and it can be started again for a day. Throws ImportNotFound, WrongImportState. */
export async function endImport(
  { db }: Pick<Context, 'db'>,
  { actor, scope }: By,
  id: string,
): Promise<Import> {
  await getImport(db, id, scope);
  await db.transaction().execute(async (tx) => {
    await stopImport(tx, id);
    await audit(tx, actor, 'import stop', `import ${id}`);
  });
  return getImport(db, id, scope);
}

/** What was asked for before, with what is said anew in its place, and what is understood of the file by that. */
async function changedOptions(
  { db, imports }: Pick<Context, 'db' | 'imports'>,
  found: Import,
  scope: Scope,
  { newsletter, dryRun, ...list }: Omit<ImportRequest, 'waitsForMap'>,
) {
  const slug = newsletter ?? found.options.newsletter;
  const place = slug === null ? null : await requireNewsletter(db, slug, scope);
  const options: ImportOptions = { ...found.options, ...list, newsletter: slug, scope };
  const row = await db
    .selectFrom('imports')
    .select('file')
    .where('id', '=', found.id)
    .executeTakeFirst();
  await using file = row?.file ? await openSpool(imports.folder, row.file).catch(() => null) : null;
  // of an import whose file is gone restartImport says so; one whose file is elsewhere is not changed here
  const understood = file ? await understandList(file, options) : found.understood;
  if (!understood) return undefined;
  requireReadable(understood);
  return { options, understood, newsletterId: place?.id ?? null, dryRun: dryRun ?? false };
}

/** It goes on by itself, and says in its row how. */
const lookBehind = ({ imports, log }: Context) =>
  imports.look().catch((err) => log.error({ err }, 'an import is begun at the next look'));

/** Who states a consent, as it is kept with it. */
const nameOf = (actor: Actor): string => ('id' in actor ? `${actor.kind} ${actor.id}` : actor.kind);

/** How the audit names what an import is of. */
export const importObject = (newsletter: string | undefined): string =>
  newsletter === undefined ? 'subscribers' : `newsletter ${newsletter}`;
