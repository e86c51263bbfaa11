import { readDate } from '../../feeds/parse/dates.ts';
import type { ExportFile } from '../files.ts';
import { type FoundEdition, LARGEST_PAGE, type LeftOut, UnreadableArchive } from '../found.ts';
import { readRows } from './rows.ts';

/**
 * The posts of Substack's export: `posts.csv` names them, `posts/ID.SLUG.html` hold their text. Who received and opened
 * them, which is there too, is not read. What only paying readers could read stays out of a public archive.
 */
export async function* substackEditions(
  files: ExportFile[],
): AsyncGenerator<FoundEdition | LeftOut> {
  const list = files.find(({ name }) => /(^|\/)posts\.csv$/i.test(name));
  if (!list) return;
  const pages = new Map(
    files.flatMap((file) => {
      const [, id] = /(?:^|\/)posts\/(\d+)\.[^/]*html?$/i.exec(file.name) ?? [];
      return id === undefined ? [] : [[id, file] as const];
    }),
  );
  for await (const row of readRows(await list.read())) {
    const [id = '', named = ''] = (row['post_id'] ?? '').split('.', 2);
    const name = row['title'] || row['post_id'] || '?';
    if (row['is_published']?.toLowerCase() !== 'true') yield { name, reason: 'draft' };
    else if (!['', 'everyone'].includes(row['audience'] ?? '')) yield { name, reason: 'members' };
    else {
      const page = pages.get(id);
      if (!page) {
        yield { name, reason: 'empty' };
        continue;
      }
      const slug = named || (/\d+\.(.+)\.html?$/i.exec(page.name)?.[1] ?? '');
      const date = readDate(row['post_date']) ?? readDate(row['email_sent_at']);
      try {
        yield {
          key: `substack ${id}`,
          title: row['title'] || slug,
          language: null,
          publishedAt: date ? new Date(date) : null,
          html: (await page.read(LARGEST_PAGE)).toString('utf8'),
          address: slug ? `/p/${slug}` : null,
          summary: row['subtitle'] || null,
          isMail: false,
        };
      } catch (error) {
        if (!(error instanceof UnreadableArchive)) throw error;
        yield { name, reason: error.fault === 'large' ? 'large' : 'damaged' };
      }
    }
  }
}
