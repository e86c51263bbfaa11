import type { Notes } from '../lines/told.ts';
import type { Row } from './records.ts';
import type { Sheet } from './sheet.ts';
import { type TextLine, textLines } from './text-lines.ts';

/** Keys that stand in none of the first lines are not columns. */
const LOOKED_AT = 1000;

/** Opens a file of JSON objects, one a line (JSON Lines, NDJSON): their keys are the columns. */
export async function openJsonLines(
  source: AsyncIterable<Uint8Array>,
  assume: Notes['add'],
): Promise<Pick<Sheet, 'kind' | 'delimiter' | 'titles' | 'encoding' | 'rows'>> {
  let encoding: string | null = null;
  const lines = textLines(source, assume, (found) => {
    encoding ??= found;
  });
  const first: TextLine[] = [];
  for (let done: boolean | undefined = false; !done && first.length < LOOKED_AT; ) {
    const next = await lines.next();
    done = next.done;
    if (!next.done) first.push(...next.value);
  }
  const keys = new Map<string, Key>();
  for (const line of first) for (const key of keysOf(objectIn(line))) keys.set(key.title, key);
  const columns = [...keys.values()].slice(0, 20_000);
  return {
    kind: 'jsonl',
    delimiter: null,
    titles: columns.map(({ title }) => title),
    encoding: () => encoding,
    rows: (async function* () {
      yield rowsOf(first, columns);
      for await (const batch of lines) yield rowsOf(batch, columns);
    })(),
  };
}

function rowsOf(lines: TextLine[], columns: Key[]): Row[] {
  const rows: Row[] = [];
  for (const one of lines) {
    const { line, text, fault } = one;
    if (text === null) rows.push({ line, code: fault ?? 'encoding', values: {} });
    else if (text.trim() !== '') {
      const object = objectIn(one);
      if (!object) rows.push({ line, code: 'json', values: {} });
      else rows.push({ line, cells: columns.map((column) => cellOf(valueOf(object, column))) });
    }
  }
  return rows;
}

interface Key {
  title: string;
  key: string;
  /** Of the objects in a list, what each says of itself. */
  inner?: string;
}

const STATE = /(^|_)(status|state)$/i;

/** The keys of an object. Lists that somebody is on may each have a state, which is a column of its own. */
function keysOf(object: Record<string, unknown> = {}): Key[] {
  return Object.entries(object).flatMap(([key, value]) => [
    { title: key, key },
    ...statesIn(value).map((inner) => ({ title: `${key}.${inner}`, key, inner })),
  ]);
}

function statesIn(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one) => Object.keys(Object(one)).filter((key) => STATE.test(key)));
}

/** Of a list's states each once: where they differ, no single one can be read from it, and the line is left out. */
function valueOf(object: Record<string, unknown>, { key, inner }: Key): unknown {
  const value = object[key];
  if (inner === undefined || !Array.isArray(value)) return value;
  return [...new Set(value.map((one) => Object(one)[inner]))];
}

function objectIn({ text }: TextLine): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A list is written as tags are: `news;sport`; of objects in it their slug, name or title counts. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(wordOf).filter(Boolean).join(';');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function wordOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return cellOf(value);
  const { slug, name, title } = value as Record<string, unknown>;
  const word = slug ?? name ?? title;
  return typeof word === 'string' ? word : '';
}
