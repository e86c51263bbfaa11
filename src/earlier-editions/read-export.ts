import { decodeText } from '../feeds/parse/charset.ts';
import { type ExportFile, type OpenExport, openExport } from './files.ts';
import { type FoundEdition, type LeftOut, UnreadableArchive } from './found.ts';
import { feedEditions } from './sources/feed.ts';
import { ghostEditions, looksLikeGhost } from './sources/ghost.ts';
import { htmlEditions } from './sources/html.ts';
import { substackEditions } from './sources/substack.ts';

export const archiveFormats = ['ghost', 'substack', 'mailchimp', 'html', 'feed'] as const;
export type ArchiveFormat = (typeof archiveFormats)[number];

/** An export under way: which it was found to be, and what is in it. */
export interface ReadExport extends AsyncDisposable {
  format: ArchiveFormat;
  editions: AsyncIterable<FoundEdition | LeftOut>;
}

/**
 * Opens an export: a ZIP, a folder or a file, of the named format or of the one it looks like. `site` is the address it was
 * at, which relative links are relative to. Throws UnreadableArchive.
 */
export async function readExport(
  place: string,
  { format, site }: { format?: ArchiveFormat | undefined; site: string | null },
): Promise<ReadExport> {
  const opened = await openExport(place);
  try {
    const found = format ?? (await formatOf(opened));
    return {
      format: found,
      editions: editionsOf(found, opened, site),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

async function formatOf({ files }: OpenExport): Promise<ArchiveFormat> {
  const has = (pattern: RegExp) => files.find(({ name }) => pattern.test(name));
  if (has(/(^|\/)posts\.csv$/i)) return 'substack';
  if (has(/(^|\/)campaigns_content\//i) ?? has(/(^|\/)campaigns\.csv$/i)) return 'mailchimp';
  if (has(/\.html?$/i)) return 'html';
  const only = textFile(files);
  const start = only ? decodeText(await only.read()).slice(0, 5000) : '';
  if (looksLikeGhost(start)) return 'ghost';
  if (/<(rss|feed|rdf:rdf|channel)[\s>]/i.test(start)) return 'feed';
  if (/<(!doctype\s+html|html|head|body|table|p)\b/i.test(start)) return 'html';
  throw new UnreadableArchive(
    'unknown',
    'This is no export that is known: a JSON file of Ghost, a ZIP of Substack or Mailchimp, pages of HTML, RSS or Atom.',
  );
}

/** The one file that is read whole: of several the JSON or XML. */
const textFile = (files: ExportFile[]): ExportFile | undefined =>
  files.find(({ name }) => /\.(json|xml|rss|atom)$/i.test(name)) ??
  (files.length === 1 ? files[0] : undefined);

async function* editionsOf(
  format: ArchiveFormat,
  { files }: OpenExport,
  site: string | null,
): AsyncGenerator<FoundEdition | LeftOut> {
  switch (format) {
    case 'substack':
      return yield* substackEditions(files);
    case 'mailchimp':
      return yield* htmlEditions(files, { isMail: true });
    case 'html': {
      const named = files.some(({ name }) => /\.html?$/i.test(name));
      const pages = files.map((file) => (named ? file : { ...file, name: `${file.name}.html` }));
      return yield* htmlEditions(pages, { isMail: false });
    }
    case 'ghost':
    case 'feed': {
      const file = textFile(files);
      const text = file && decodeText(await file.read());
      if (text === undefined)
        throw new UnreadableArchive('unknown', 'The export holds no such file.');
      return yield* format === 'ghost'
        ? ghostEditions(text, { site })
        : feedEditions(text, { site });
    }
  }
}
