import { setImmediate } from 'node:timers/promises';
import type { Db } from '../database/connection.ts';
import { knownLanguage, languageTag } from '../text/language-tag.ts';
import { oneLine } from '../text/one-line.ts';
import { cutAtWord, readHtml, standfirstFrom } from '../text/plain-text.ts';
import { type FoundEdition, type LeftOut, MOST_PAGES } from './found.ts';
import { oldPathOf } from './old-address.ts';
import { type ArchiveFormat, readExport } from './read-export.ts';
import { sanitise } from './sanitise.ts';
import { type Kept, type NewEdition, storeEditions } from './store.ts';

export interface ArchiveImportOptions {
  newsletter: { id: string; language: string };
  format?: ArchiveFormat | undefined;
  /** Where the export's editions were found, such as https://news.example.org: for relative links. */
  site?: string | undefined;
  /** Only counts. */
  dryRun?: boolean | undefined;
  now: Date;
}

/** What became of an export. */
export interface ArchiveImport {
  format: ArchiveFormat;
  added: number;
  changed: number;
  /** Those that were here as they are. */
  same: number;
  leftOut: LeftOut[];
  leftOutCount: number;
}

const BATCH = 50;
const MOST_TOLD = 1000;

/**
 * Brings old editions into a newsletter's archive, a few at a time, each in a short transaction. Imported again, an
 * edition is changed where the export has changed, and is there once. Throws UnreadableArchive.
 */
export async function importArchive(
  db: Db,
  place: string,
  { newsletter, format, site, dryRun, now }: ArchiveImportOptions,
): Promise<ArchiveImport> {
  const base = site ?? null;
  await using found = await readExport(place, { format, site: base });
  const counts: Record<Kept, number> = { added: 0, changed: 0, same: 0 };
  const leftOut: LeftOut[] = [];
  let leftOutCount = 0;
  const leave = (one: LeftOut) => {
    leftOutCount++;
    if (leftOut.length < MOST_TOLD)
      leftOut.push({ ...one, name: cutAtWord(oneLine(one.name), 200) });
  };
  const keys = new Set<string>();
  let batch: NewEdition[] = [];
  const store = async () => {
    const kept = await storeEditions(db, newsletter.id, batch, { dryRun });
    for (const one of kept) counts[one]++;
    batch = [];
  };
  let pages = 0;
  for await (const one of found.editions) {
    if ('reason' in one) {
      leave(one);
      continue;
    }
    if (pages++ >= MOST_PAGES) {
      leave({ name: one.title, reason: 'many' });
      continue;
    }
    const made = prepare(one, { base, language: newsletter.language, now });
    if ('reason' in made) leave(made);
    else if (keys.has(made.sourceKey)) leave({ name: made.title, reason: 'twice' });
    else {
      keys.add(made.sourceKey);
      batch.push(made);
    }
    if (batch.length >= BATCH) await store();
    // cleaning a page takes milliseconds: others have their turn between two
    await setImmediate();
  }
  await store();
  return { format: found.format, ...counts, leftOut, leftOutCount };
}

function prepare(
  one: FoundEdition,
  { base, language, now }: { base: string | null; language: string; now: Date },
): NewEdition | LeftOut {
  const title = cutAtWord(oneLine(one.title), 300);
  const place = absolute(one.address, base);
  const html = sanitise(one.html, { base: place ?? base, isMail: one.isMail });
  const { text } = readHtml(html);
  if (title === '' || (text === '' && !html.includes('<img')))
    return { name: title, reason: 'empty' };
  if (!one.publishedAt || one.publishedAt > now) return { name: title, reason: 'undated' };
  return {
    sourceKey: one.key.slice(0, 500),
    title,
    summary: standfirstFrom(oneLine(one.summary ?? '')) ?? standfirstFrom(text) ?? '',
    language: knownLanguage(languageTag(one.language) ?? '') ?? language,
    html,
    publishedAt: one.publishedAt,
    oldAddress: place ?? one.address,
    oldPath: one.address === null ? null : oldPathOf(one.address),
  };
}

function absolute(address: string | null, base: string | null): string | null {
  if (address === null || (base === null && !/^https?:/i.test(address))) return null;
  try {
    return new URL(address, base ?? undefined).href;
  } catch {
    return null;
  }
}
