import type { Scope } from '../../../database/scope.ts';
import { openSession, type Session } from '../../../database/session.ts';
import type { HashAddress } from '../../sign-up-fields.ts';
import type { ImportLine } from '../lines/lines.ts';
import * as judge from './judge.ts';
import { copyText, stagedColumns } from './staged.ts';

const settings = [
  // the row that says that the import is done is written with it on, and what was stored before is then on the disk, too
  'synchronous_commit = off',
  // the statements are the same for each batch, and each goes from a few rows to theirs in a large table by an index
  'plan_cache_mode = force_generic_plan',
  'enable_hashjoin = off',
  'enable_mergejoin = off',
  'jit = off',
];

/** Opens a connection with the tables that lines go through. Nobody else uses it. */
export const openStore = (databaseUrl: string): Promise<Session> =>
  openSession(databaseUrl, 'gaceta-import', [
    ...settings.map((one) => `set ${one}`),
    judge.stagedTable(stagedColumns),
    ...judge.seenTables,
  ]);

/** What lines are stored by. */
export interface StoreOptions {
  importId: string;
  /** Who states the consents that a file does not tell of. */
  statedBy: string | null;
  /** The newsletters beyond which nothing is changed: no address is then suppressed, either, since that counts for all. */
  scope: Scope;
  hashAddress: HashAddress;
  now: Date;
  /** The file is an export of Gaceta's own: states stay as they were there, beside a suppression, too. */
  restores: boolean;
  /** Nothing is stored but in the connection's own tables. */
  dryRun: boolean;
}

/** Stores lines in the transaction that is under way, and says of each what became of it. */
export async function storeLines(
  session: Session,
  lines: ImportLine[],
  options: StoreOptions,
): Promise<judge.Outcome[]> {
  const archived = await archivedNewsletters(session);
  const outcomes: judge.Outcome[] = [];
  const waves: { line: ImportLine; n: number }[][] = [];
  const last = new Map<string, { wave: number; line: ImportLine; n: number }>();
  const same: { n: number; as: number }[] = [];
  for (const [n, line] of lines.entries()) {
    if (line.newsletterId !== null && archived.has(line.newsletterId) && !options.restores) {
      outcomes[n] = 'archived';
      continue;
    }
    const key = `${line.newsletterId} ${line.address.key}`;
    const earlier = last.get(key);
    // a million times the same line would be as many waves
    if (earlier && saysTheSame(earlier.line, line)) {
      same.push({ n, as: earlier.n });
      continue;
    }
    const wave = earlier ? earlier.wave + 1 : 0;
    last.set(key, { wave, line, n });
    waves[wave] ??= [];
    waves[wave].push({ line, n });
  }
  for (const [nth, wave] of waves.entries()) {
    if (nth > 0) await session.run('truncate staged');
    const found = await storeWave(
      session,
      wave.map(({ line }) => line),
      options,
    );
    for (const [at, { n }] of wave.entries()) outcomes[n] = found[at] ?? 'same';
  }
  for (const { n, as } of same) outcomes[n] = again(outcomes[as] ?? 'same');
  return outcomes;
}

/** Of lines of the same address and newsletter the later one is an update of the earlier: each goes in a wave of its own. */
async function storeWave(
  session: Session,
  lines: ImportLine[],
  { importId, statedBy, scope, hashAddress, now, dryRun, restores }: StoreOptions,
): Promise<judge.Outcome[]> {
  const run = (name: string, text: string, values: unknown[] = []) =>
    session.prepared<{ outcomes?: string; unknown?: number }>(`import-${name}`, text, values);
  const { columns, bytes, areDistinct } = await copyText(lines, { hashAddress, restores });
  await session.copyIn(`copy staged (${columns}) from stdin`, bytes);
  const suppresses = lines.some(({ suppress }) => suppress !== null);
  if (scope !== null) await run('forget-words', judge.forgetWords, [scope]);
  if (dryRun) await run('dry-find-people', judge.dry.findPeople);
  await run('find-people', judge.findPeople);
  await run('find-suppressed', judge.findSuppressed);
  if (dryRun) {
    await run('dry-find-places', judge.dry.findPlaces);
    await run('find-places', judge.findPlaces);
    await run('dry-see-people', judge.dry.seePeople);
    await run('dry-see-places', judge.dry.seePlaces, [now]);
  } else {
    const { rows } = await run('count-unknown', judge.countUnknown);
    const { count } = await run('add-people', judge.addPeople, [now]);
    if (count !== rows[0]?.unknown || !areDistinct) {
      await run('find-added', judge.findAdded);
      await run('forget-gone', judge.forgetGone);
    }
    await run('change-people', judge.changePeople);
    await run('find-places', judge.findPlaces);
    await run('place-added', judge.placeAdded, [now]);
    await run('place-readers', judge.placeReaders, [now]);
    await run('note-consents', judge.noteConsents, [importId, statedBy]);
    if (lines.some(({ consents }) => consents !== null))
      await run('restore-consents', judge.restoreConsents);
    if (suppresses) {
      if (scope === null) await run('suppress', judge.suppressAddresses, [now, importId]);
      await run('end-suppressed', judge.endSuppressed, [now, scope, importId]);
    }
  }
  const told = await run('tell-outcomes', judge.tellOutcomes);
  const letters = told.rows[0]?.outcomes ?? '';
  return Array.from(letters, (letter) => judge.outcomes[letter as keyof typeof judge.outcomes]);
}

async function archivedNewsletters(session: Session): Promise<Set<string>> {
  const { rows } = await session.prepared<{ id: string }>(
    'import-archived',
    'select id from newsletters where archived_at is not null',
  );
  return new Set(rows.map(({ id }) => id));
}

/** Whether a line says nothing that the one before it has not said. */
function saysTheSame(a: ImportLine, b: ImportLine): boolean {
  const said = (one: ImportLine) =>
    JSON.stringify({ ...one, line: 0, nth: 0, file: '', address: '' });
  return said(a) === said(b);
}

/** What a line does that says the same as the one before it. */
function again(outcome: judge.Outcome): judge.Outcome {
  if (outcome === 'new' || outcome === 'changed') return 'same';
  if (outcome === 'leftNew' || outcome === 'leftEnded') return 'leftKnown';
  return outcome;
}
