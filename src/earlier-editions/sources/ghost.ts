import { z } from 'zod';
import { readDate } from '../../feeds/parse/dates.ts';
import { type FoundEdition, LARGEST_PAGE, type LeftOut, UnreadableArchive } from '../found.ts';

const text = z.string().nullish();
const post = z.object({
  id: z.union([z.string(), z.number()]),
  title: text,
  slug: text,
  html: text,
  status: text,
  type: text,
  page: z.union([z.boolean(), z.number()]).nullish(),
  visibility: text,
  published_at: z.union([z.string(), z.number()]).nullish(),
  custom_excerpt: text,
  locale: text,
});
const ghostExport = z.object({
  db: z
    .array(
      z.object({
        data: z.object({
          posts: z.array(z.unknown()),
          settings: z.array(z.object({ key: z.string(), value: z.unknown() })).optional(),
        }),
      }),
    )
    .min(1),
});

/** Whether a JSON file looks like Ghost's; what it holds is read by ghostEditions. */
export const looksLikeGhost = (start: string): boolean => /^\s*\{\s*"db"\s*:/.test(start);

/**
 * The posts of Ghost's JSON export, by `Settings → Import/Export`. Pages of the site are no editions; what only members
 * could read stays out of a public archive. Throws UnreadableArchive.
 */
export function* ghostEditions(
  json: string,
  { site }: { site: string | null },
): Generator<FoundEdition | LeftOut> {
  const read = ghostExport.safeParse(parsed(json));
  const data = read.data?.db[0]?.data;
  if (!data) throw new UnreadableArchive('json', 'The JSON file is not an export of Ghost.');
  const setting = (name: string) => {
    const value = data.settings?.find(({ key }) => key === name)?.value;
    return typeof value === 'string' ? value : null;
  };
  const language = setting('locale') ?? setting('lang');
  for (const each of data.posts) {
    const { data: one } = post.safeParse(each);
    if (!one || one.type === 'page' || one.page === true || one.page === 1) continue;
    const name = one.title || one.slug || String(one.id);
    if (one.status !== 'published' && one.status !== 'sent') yield { name, reason: 'draft' };
    else if ((one.visibility ?? 'public') !== 'public') yield { name, reason: 'members' };
    else if (!one.html) yield { name, reason: 'empty' };
    else if (one.html.length > LARGEST_PAGE) yield { name, reason: 'large' };
    else
      yield {
        key: `ghost ${one.id}`,
        title: name,
        language: one.locale ?? language,
        publishedAt: timeOf(one.published_at),
        html: one.html.replaceAll('__GHOST_URL__', site ?? ''),
        address: one.slug ? `/${one.slug}/` : null,
        summary: one.custom_excerpt ?? null,
        isMail: false,
      };
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new UnreadableArchive('json', 'The JSON file is damaged.');
  }
}

/** Old versions write milliseconds. */
function timeOf(value: string | number | null | undefined): Date | null {
  if (typeof value === 'number') return new Date(value);
  const date = readDate(value);
  return date ? new Date(date) : null;
}
