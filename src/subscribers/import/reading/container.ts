import { buffer } from 'node:stream/consumers';
import { InvalidImport } from '../../errors.ts';
import type { Notes } from '../lines/told.ts';
import type { Understood } from '../understanding/understood.ts';
import { openCsv } from './csv.ts';
import { openJsonLines } from './json-lines.ts';
import type { Sheet } from './sheet.ts';
import type { Spool } from './spool.ts';
import { isWorkbook } from './workbook.ts';
import { openXlsx } from './xlsx.ts';
import { openZip, unpacked, type ZipPart } from './zip.ts';

/** A file that is here whole. */
export type ListFile = Pick<Spool, 'read' | 'path'>;

/** How a file is read. */
export interface ReadOptions {
  signal?: AbortSignal | undefined;
  onRead?: ((bytes: number) => void) | undefined;
}

/** So many bytes at its beginning tell what a file is; fewer are all there are. */
export const KIND_BYTES = 4096;
/** A workbook inside a ZIP is unpacked into memory. */
const LARGEST_INNER = 64 * 1024 ** 2;

const OTHER_KINDS: [Buffer, InvalidImport['fault']][] = [
  [Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), 'kind_xls'],
  [Buffer.from([0x1f, 0x8b]), 'kind_gzip'],
  [Buffer.from('%PDF'), 'kind_pdf'],
  [Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'), 'kind_7z'],
  [Buffer.from('Rar!'), 'kind_rar'],
  [Buffer.from('SQLite format 3'), 'kind_sqlite'],
  [Buffer.from('\x89PNG', 'latin1'), 'kind_image'],
  [Buffer.from([0xff, 0xd8, 0xff]), 'kind_image'],
  [Buffer.from('GIF8'), 'kind_image'],
  [Buffer.from('RIFF'), 'kind_image'],
];

/**
 * What a file is, by its first bytes, whatever it is called. Throws InvalidImport for what is no list of any kind, and
 * says what to do.
 */
export async function containerOf(file: ListFile): Promise<'text' | 'jsonl' | 'zip'> {
  let head = Buffer.alloc(0);
  for await (const chunk of file.read()) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= KIND_BYTES) break;
  }
  return containerBy(head);
}

/** The same by the first bytes. */
export function containerBy(head: Buffer): 'text' | 'jsonl' | 'zip' {
  if (head.subarray(0, 2).toString('latin1') === 'PK') return 'zip';
  const other = OTHER_KINDS.find(([magic]) => head.subarray(0, magic.length).equals(magic));
  if (other) throw new InvalidImport(other[1]);
  const text = head
    .toString('utf8')
    .replaceAll('\0', '')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('{')) return 'jsonl';
  if (/^\[\s*[{\]"]/.test(text)) throw new InvalidImport('array');
  if (text.trim() === '' && head.length < KIND_BYTES) throw new InvalidImport('blank');
  // of many services a file called .xls is a page with a table
  if (/^<[!?a-z]/i.test(text)) throw new InvalidImport('kind_html');
  // text may hold a NUL here and there
  const controls = head.filter((byte) => byte < 9 || (byte > 13 && byte < 32));
  const isUtf16 = head.length > 1 && (head[0] === 0 || head[1] === 0 || (head[0] ?? 0) >= 0xfe);
  if (!isUtf16 && controls.length > head.length / 10) throw new InvalidImport('kind_binary');
  return 'text';
}

/** The tables of a file, one after the other: each is read before the next is opened. */
export async function* openSheets(
  file: ListFile,
  assume: Notes['add'],
  options: ReadOptions = {},
): AsyncGenerator<Sheet & { container: Understood['container'] }> {
  const container = await containerOf(file);
  if (container === 'zip') {
    yield* openZipped(file, assume, options);
    return;
  }
  const read = { signal: options.signal, ...(options.onRead ? { onRead: options.onRead } : {}) };
  const source = file.read(read);
  const alone = { name: null, writtenAt: null };
  const open = container === 'jsonl' ? openJsonLines : openCsv;
  try {
    yield {
      container: container === 'jsonl' ? container : 'csv',
      ...alone,
      ...(await open(source, assume)),
    };
  } finally {
    // whether or not its rows were read to their end, or at all
    await source.return(undefined);
  }
}

async function* openZipped(file: ListFile, assume: Notes['add'], options: ReadOptions) {
  const zip = await openZip(file.path);
  try {
    if (isWorkbook({ has: (name) => zip.parts.some((part) => part.name === name) })) {
      const { end, ...sheet } = await openXlsx(zip.parts, options);
      try {
        yield { container: 'xlsx' as const, name: null, writtenAt: null, ...sheet };
      } finally {
        await end();
      }
      return;
    }
    const lists = zip.parts.filter(isList);
    if (lists.length === 0) requireLists(zip.parts.map(({ name }) => name));
    for (const part of lists) {
      const { name, writtenAt } = part;
      const { end, ...sheet } = await openPart(part, assume, options);
      try {
        yield { container: 'zip' as const, name, writtenAt, ...sheet };
      } finally {
        // whether or not its rows were read to their end, or at all
        await end();
      }
    }
  } finally {
    zip.close();
  }
}

/** Throws InvalidImport for a ZIP that is another kind of file, or that holds more of them. */
function requireLists(names: string[]): void {
  if (names.some((name) => /^(content\.xml|Index\/.*\.iwa|Index\.zip|word\/)/.test(name)))
    throw new InvalidImport('kind_document');
  if (names.some((name) => /\.(zip|gz|7z|rar)$/i.test(name))) throw new InvalidImport('nested');
}

const isList = ({ name, bytes }: ZipPart): boolean =>
  bytes > 0 &&
  !/(^|\/)(\.|__MACOSX\/)/.test(name) &&
  /\.(csv|tsv|txt|xlsx|jsonl|ndjson|json)$/i.test(name);

async function openPart(part: ZipPart, assume: Notes['add'], options: ReadOptions) {
  if (/\.xlsx$/i.test(part.name)) {
    if (part.bytes > LARGEST_INNER) throw new InvalidImport('bomb');
    const inner = await openZip(await buffer(unpacked(part, options)));
    return openXlsx(inner.parts, { signal: options.signal });
  }
  const source = unpacked(part, options);
  const opened = /(json|jsonl|ndjson)$/i.test(part.name)
    ? await openJsonLines(source, assume)
    : await openCsv(source, assume);
  return { ...opened, end: () => source.return(undefined) };
}
