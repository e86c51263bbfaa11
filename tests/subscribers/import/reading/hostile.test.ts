import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../../harness/eventually.ts';
import { zipOf } from '../../../harness/zip.ts';
import { readWhole } from '../fixtures/reading.ts';
import { xlsxOf } from '../fixtures/xlsx.ts';

const header = 'email,name,consent_source,consent_at';
const line = (who: string, name = who) => `${who}@example.org,${name},fair,2026-01-02`;
const list = (...lines: string[]) => [header, ...lines].join('\n');

describe('one bad line costs itself alone', () => {
  test.each<[string, string, string]>([
    ['500 kB in a cell', line('b', 'x'.repeat(500_000)), 'long'],
    ['500 kB in a quoted cell', line('b', `"${'x'.repeat(500_000)}"`), 'long'],
    ['3 MB without a line end', 'x'.repeat(3_000_000), 'long'],
    ['another delimiter', 'b@example.org;Ben;fair;2026-01-02', 'delimiter'],
    ['a quote that never closes', 'b@example.org,"Ben,fair,2026-01-02', 'quote'],
    ['the header again', header, 'address-at'],
    ['a NUL in the address', line('b\0c'), ''],
    ['a NUL in the name', line('b', 'B\0en'), ''],
    ['a cell too many', `${line('b')},more`, 'cells'],
  ])('%s', async (_, bad, code) => {
    const read = await readWhole(list(line('a'), bad, line('c')));
    const others = read.people.filter(
      ([who]) => who !== 'b@example.org' && who !== 'bc@example.org',
    );
    expect(others.map(([who]) => who)).toEqual(['a@example.org', 'c@example.org']);
    expect(read.left).toEqual(code === '' ? [] : [[3, code]]);
    expect(JSON.stringify(read.lines).includes('\\u0000')).toBe(false);
  });

  test('also where chunks end anywhere', async () => {
    const file = list(
      line('a'),
      line('b', '"B,\r\n""en"""'),
      line('c', 'é'),
      'x'.repeat(2000),
    ).replaceAll('\n', '\r\n');
    const [slow, fast] = [await readWhole(file, { slow: true }), await readWhole(file)];
    expect(slow.lines).toEqual(fast.lines);
  });
});

describe('a file that is no list', () => {
  test.each<[string, string | Buffer, string]>([
    ['one JSON array', '[{"email":"a@example.org"}]', 'one object on each line'],
    ['gzip', gzipSync(list(line('a'))), 'packed with gzip'],
    ['an old Excel file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'Save it as XLSX'],
    ['a PDF', '%PDF-1.7 …', 'This is a PDF'],
    ['a web page', '<!DOCTYPE html><p>Sign in', 'This is a web page'],
    ['a table that is called .xls', '\n<table><tr><td>email', 'This is a web page'],
    ['a photograph', Buffer.from('ffd8ffe000104a4649460001', 'hex'), 'This is a picture'],
    ['nothing', ' \n\n', 'There is nothing in this file'],
    ['LibreOffice', zipOf({ mimetype: 'x', 'content.xml': '<x/>' }), 'Save the table as XLSX'],
    ['a ZIP in a ZIP', zipOf({ 'a.zip': zipOf({ 'a.csv': 'x' }) }), 'another packed file'],
    [
      'noise',
      Buffer.concat([Buffer.from([1, 2, 3]), randomBytes(5000).map((byte) => byte % 7)]),
      'no text',
    ],
    ['half a ZIP', zipOf({ 'a.csv': list(line('a')) }).subarray(0, 60), 'damaged'],
    ['a ZIP with nothing in it', zipOf({ 'a.png': 'x' }), 'no list of readers'],
    [
      'a ZIP of lists without addresses',
      zipOf({ 'posts.csv': 'id,title\n1,x\n' }),
      'No column holds',
    ],
  ])('%s is refused, and told what to do', async (_, file, words) => {
    await expect(readWhole(file)).rejects.toThrow(words);
  });

  test('a ZIP that unpacks to far more, or lies about it, is refused', async () => {
    const bomb = zipOf({
      'a.csv': list(...Array.from({ length: 2 }, () => 'a'.repeat(40 * 1024 ** 2))),
    });
    expect(bomb.length).toBeLessThan(200_000);
    await expect(readWhole(bomb)).rejects.toThrow('unpacks to far more');
    const liar = zipOf(
      { 'a.csv': list(...Array.from({ length: 5000 }, (_, n) => line(`a${n}`))) },
      5000,
    );
    await expect(readWhole(liar)).rejects.toThrow('damaged');
  });
});

describe('a spreadsheet', () => {
  test('is read by its first sheet: formulas by their value, days as days', async () => {
    const file = xlsxOf([
      ['Email', 'Nombre', 'consent_source', 'consent_at', 'Notas'],
      ['ana@example.org', 'Ana & <Ruiz>', 'fair', { number: 46023, style: 1 }],
      [
        { formula: 'LOWER("BEN@EXAMPLE.ORG")', value: 'ben@example.org' },
        '',
        'fair',
        { number: 46023.4375, style: 2 },
      ],
      [],
      ['', '', '', ''],
      ['cleo@example.org', { number: 1984 }, 'fair', '2026-01-01'],
      ['no address', '', 'fair', '2026-01-01'],
    ]);
    const read = await readWhole(file);
    expect(read.understood).toMatchObject({ container: 'xlsx', format: 'other' });
    expect(read.good.map(({ name, consentAt }) => [name, consentAt?.toISOString()])).toEqual([
      ['Ana & <Ruiz>', '2026-01-01T00:00:00.000Z'],
      [null, '2026-01-01T10:30:00.000Z'],
      ['1984', '2026-01-01T00:00:00.000Z'],
    ]);
    expect(read.left).toEqual([[7, 'address-characters']]);
  });

  test('may be as wide as a sheet can be', async () => {
    const rows = [
      ['Email', 'consent_source', 'consent_at'],
      ['ana@example.org', 'fair', '2026-01-01'],
    ];
    const read = await readWhole(xlsxOf(rows, { width: 16_384 }));
    expect(read.people).toEqual([['ana@example.org', null]]);
    expect(read.understood.columns.map(({ title }) => title)).toEqual([...(rows[0] ?? []), 'far']);
  });

  test('may lie in a ZIP', async () => {
    const inner = xlsxOf([
      ['Email', 'consent_source', 'consent_at'],
      ['ana@example.org', 'fair', '2026-01-01'],
    ]);
    const read = await readWhole(zipOf({ 'lists/readers.xlsx': inner }));
    expect(read.good).toMatchObject([{ line: 2, file: 'lists/readers.xlsx' }]);
  });
});

test('JSON Lines: keys are columns, lists are tags, a line that is none is left out', async () => {
  const file = [
    {
      email: 'ana@example.org',
      name: 'Ana',
      consent_source: 'fair',
      consent_at: '2026-01-01',
      tags: [{ name: 'Sport' }],
    },
    {
      email: 'ben@example.org',
      consent_source: 'fair',
      consent_at: 1_767_225_600,
      attribs: { city: 'Bonn' },
    },
  ].map((one) => JSON.stringify(one));
  const read = await readWhole([...file, '{"email":', '[1]', ''].join('\n'));
  expect(read.understood).toMatchObject({ container: 'jsonl' });
  expect(read.good.map(({ sections, consentAt }) => [sections, consentAt?.toISOString()])).toEqual([
    [['sport'], '2026-01-01T00:00:00.000Z'],
    [null, '2026-01-01T00:00:00.000Z'],
  ]);
  expect(read.left).toEqual([
    [3, 'json'],
    [4, 'json'],
  ]);
});

test('a ZIP leaves no file open, however much of it was read', async () => {
  const opened = () => readdirSync('/proc/self/fd').length;
  const long = list(...Array.from({ length: 8_000 }, (_, n) => line(`r${n}`)));
  const zip = zipOf({
    'a.csv': long,
    'b.csv': long.replace('email', 'mail-of-none'),
    'c.csv': long,
  });
  await readWhole(zip);
  const before = opened();
  for (let n = 0; n < 3; n++) await readWhole(zip);
  await eventually(() => expect(opened()).toBeLessThanOrEqual(before));
});

test('a list of addresses alone needs no titles', async () => {
  const consent = { source: 'The fair', at: '2026-01-01' };
  const read = await readWhole('ana@example.org\nben@example.org\n', { consent });
  expect(read.good.map(({ address, line: at }) => [at, address.key])).toEqual([
    [1, 'ana@example.org'],
    [2, 'ben@example.org'],
  ]);
});

test('a date that could be two days is settled by one far behind the beginning', async () => {
  const iso = Array.from({ length: 3000 }, (_, n) => line(`r${n}`));
  const file = list(...iso, 'x@example.org,,fair,01/02/2026', 'y@example.org,,fair,31/01/2026');
  const read = await readWhole(file);
  expect(read.left).toEqual([]);
  expect(read.good.at(-2)?.consentAt?.toISOString()).toBe('2026-02-01T00:00:00.000Z');
  expect(read.notes.join()).toContain('day first');
});

test('what people type around addresses is taken off, and doubles have one key', async () => {
  const typed = [
    'ANA@example.org',
    'ana@example.org\u200e',
    'mailto:Ana@Example.org',
    '"Ana <ana@example.org>"',
    'ａｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ',
    'ana@example.org.',
    '\u00a0ana@exam\u00adple.org',
  ];
  const read = await readWhole(list(...typed.map((address) => `${address},,fair,2026-01-02`)));
  expect(read.good.map(({ address }) => address.key)).toEqual(typed.map(() => 'ana@example.org'));
  expect(read.notes.join()).toContain('6 addresses had signs around them');
});

test('whatever is in a file, nothing but InvalidImport comes of it, and every line is accounted for', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '"',
      '""',
      ',',
      ';',
      '\r',
      '\n',
      '\t',
      'a@b.es',
      '2026-01-01',
      '01/02/2026',
      "'=1",
    ),
  );
  const cells = fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(cells, async (rows) => {
      const read = await readWhole(list(...rows.map((row) => row.join(',')), line('last')));
      expect(read.lines.length).toBeGreaterThan(0);
      expect(read.lines.map(({ nth }) => nth)).toEqual(read.lines.map((_, at) => at + 1));
    }),
    { numRuns: 150 },
  );
});
