import { Parser } from 'htmlparser2';
import { InvalidImport } from '../../errors.ts';
import { unpacked, type ZipPart } from './zip.ts';

/** The files of a workbook by their names in it. */
export type Parts = ReadonlyMap<string, ZipPart>;

/** What is held of a workbook in memory: its texts, unpacked. */
const MOST_TEXTS = 256 * 1024 ** 2;
const MOST_XML = 16 * 1024 ** 2;

/** Whether a ZIP is a workbook of a spreadsheet. */
export const isWorkbook = (parts: { has(name: string): boolean }): boolean =>
  parts.has('[Content_Types].xml') && parts.has('xl/workbook.xml');

/** The first sheet, and from when on days are counted. */
export async function firstSheet(parts: Parts): Promise<{ part: ZipPart; startsIn1904: boolean }> {
  let relation: string | undefined;
  let startsIn1904 = false;
  await readXml(parts.get('xl/workbook.xml'), MOST_XML, (name, attributes) => {
    if (name === 'workbookPr') startsIn1904 = /^(1|true)$/.test(attributes['date1904'] ?? '');
    if (name === 'sheet') relation ??= attributes['r:id'] ?? Object.values(attributes).at(-1);
  });
  let target: string | undefined;
  await readXml(parts.get('xl/_rels/workbook.xml.rels'), MOST_XML, (name, attributes) => {
    if (name === 'Relationship' && attributes['Id'] === relation) target = attributes['Target'];
  });
  const path = target?.startsWith('/') ? target.slice(1) : `xl/${target}`;
  const part = parts.get(path) ?? parts.get('xl/worksheets/sheet1.xml');
  if (!part) throw new InvalidImport('zip');
  return { part, startsIn1904 };
}

/** The texts that cells name by number. */
export async function sharedStrings(parts: Parts): Promise<string[]> {
  const texts: string[] = [];
  let text = '';
  let takes = false;
  let isAloud = false;
  await readXml(
    parts.get('xl/sharedStrings.xml'),
    MOST_TEXTS,
    (name) => {
      if (name === 'si') text = '';
      if (name === 'rPh') isAloud = true;
      if (name === 't') takes = !isAloud;
    },
    (name) => {
      if (name === 'si') texts.push(text);
      if (name === 'rPh') isAloud = false;
      if (name === 't') takes = false;
    },
    (piece) => {
      if (takes) text += piece;
    },
  );
  return texts;
}

/** By style: whether it writes numbers as days. */
export async function dateCells(parts: Parts): Promise<boolean[]> {
  const own = new Map<number, string>();
  const styles: boolean[] = [];
  let inCells = false;
  await readXml(
    parts.get('xl/styles.xml'),
    MOST_XML,
    (name, attributes) => {
      if (name === 'numFmt')
        own.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      if (name === 'cellXfs') inCells = true;
      if (name === 'xf' && inCells) {
        const format = Number(attributes['numFmtId'] ?? 0);
        styles.push(isDay(format, own.get(format)));
      }
    },
    (name) => {
      if (name === 'cellXfs') inCells = false;
    },
  );
  return styles;
}

/** Formats 14 to 22 and 45 to 47 are days and times everywhere, others where their code says so. */
function isDay(format: number, code: string | undefined): boolean {
  if (code === undefined) return (format >= 14 && format <= 22) || (format >= 45 && format <= 47);
  return /[dmyhs]/i.test(code.replace(/"[^"]*"|\[[^\]]*\]|\\./g, ''));
}

async function readXml(
  part: ZipPart | undefined,
  most: number,
  onOpen: (name: string, attributes: Record<string, string>) => void,
  onClose: (name: string) => void = () => undefined,
  onText: (text: string) => void = () => undefined,
): Promise<void> {
  if (!part) return;
  if (part.bytes > most) throw new InvalidImport('bomb');
  const name = (tag: string) => tag.slice(tag.indexOf(':') + 1);
  const parser = new Parser(
    {
      onopentag: (tag, attributes) => onOpen(name(tag), attributes),
      onclosetag: (tag) => onClose(name(tag)),
      ontext: onText,
    },
    { xmlMode: true, decodeEntities: true },
  );
  const decoder = new TextDecoder();
  for await (const chunk of unpacked(part)) parser.write(decoder.decode(chunk, { stream: true }));
  parser.end();
}
