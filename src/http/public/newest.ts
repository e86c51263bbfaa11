import type { Context } from '../../context.ts';
import { type ArchivedEdition, listArchive } from '../../editions/archive.ts';
import type { Masthead } from './newsroom.ts';

/** The newest edition of the first newsletter on offer that has one: what a reader would have got. */
export async function newestEdition(
  context: Context,
  masthead: () => Promise<Masthead>,
): Promise<{ slug: string; title: string; edition: ArchivedEdition } | undefined> {
  const { newsletters } = await masthead();
  for (const { slug, title } of newsletters) {
    const [edition] = await listArchive(context.db, slug, { limit: 1 });
    if (edition) return { slug, title, edition };
  }
  return undefined;
}
