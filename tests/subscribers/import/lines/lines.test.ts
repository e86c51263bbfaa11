import { describe, expect, test } from 'vitest';
import { InvalidImport } from '../../../../src/subscribers/errors.ts';
import { readWhole as read } from '../fixtures/reading.ts';

const header = 'email,name,consent_source,consent_at';
const consent = 'form,2026-11-01';

describe('a list', () => {
  test('is parted by the delimiter of its header and no other', async () => {
    const semicolons =
      'email;name;consent_source;consent_at\ns1@example.org;García, Ana;web form;2026-11-01\n';
    expect((await read(semicolons)).people).toEqual([['s1@example.org', 'García, Ana']]);
    const commas =
      'email,consent_source,consent_at,name\nz1@example.org,form,2026-11-01,Smith; John Jr\n';
    expect((await read(commas)).people).toEqual([['z1@example.org', 'Smith; John Jr']]);
    const tabs = 'email\tname\tconsent_source\tconsent_at\nt@example.org\tA, B; C\tf\t2026-11-01';
    expect((await read(tabs)).people).toEqual([['t@example.org', 'A, B; C']]);
    const said =
      'sep=;\r\nemail;name;consent_source;consent_at\r\nx@example.org;Ana;f;2026-11-01\r\n';
    expect((await read(said)).people).toEqual([['x@example.org', 'Ana']]);
  });

  test.each([false, true])(
    'loses one line to a stray quote, and no other (slow: %s)',
    async (slow) => {
      const { people, skipped } = await read(
        [
          header,
          `h1@example.org,One,${consent}`,
          `h2@example.org,6" pipe,${consent}`,
          `h3@example.org,"never closed,${consent}`,
          `h4@example.org,"Four ""IV"", the 4th",${consent}`,
          `h5@example.org,"Fifth" of five,${consent}`,
          `h6@example.org,"Six\nlines",${consent}`,
          `h7@example.org,"open again,${consent}`,
          `h8@example.org,Eight,${consent}`,
        ].join('\r\n'),
        { slow },
      );
      expect(people).toEqual([
        ['h1@example.org', 'One'],
        ['h2@example.org', '6" pipe'],
        ['h4@example.org', 'Four "IV", the 4th'],
        ['h5@example.org', '"Fifth" of five'],
        ['h6@example.org', 'Six lines'],
        ['h8@example.org', 'Eight'],
      ]);
      expect(skipped).toEqual([4, 9]);
    },
  );

  test('with a cell too many is not shifted: the line is told by its number', async () => {
    const { lines, skipped } = await read(`${header}\na@example.org,García, Ana,${consent}\n`);
    expect(skipped).toEqual([2]);
    expect(lines[0]).toMatchObject({ code: 'cells', values: { cells: 5, columns: 4 } });
  });

  test('without a consent in a line tells its number', async () => {
    const { skipped } = await read(`${header}\na@example.org,Ana,,\nb@example.org,Bo,${consent}\n`);
    expect(skipped).toEqual([2]);
  });

  test('has extra columns ignored, and told', async () => {
    const { people, notes } = await read(
      `E-Mail,Phone,Name,Consent source,consent-at,\nana@example.org,123,Ana,${consent},\n`,
    );
    expect(people).toEqual([['ana@example.org', 'Ana']]);
    expect(notes).toEqual(['Columns that are not known were ignored: Phone.']);
  });

  test('has a name that is an address left out, not the reader', async () => {
    const { people, notes } = await read(`${header}\nana@example.org,ana@example.org,${consent}\n`);
    expect(people).toEqual([['ana@example.org', null]]);
    expect(notes).toHaveLength(1);
  });

  test('without a column of addresses is refused', async () => {
    await expect(read('name,consent_source\n')).rejects.toThrow(InvalidImport);
    await expect(read('\ufeff\n\n')).rejects.toThrow('There is nothing in this file');
  });
});

describe('the encoding', () => {
  const text = `${header}\nj@example.org,José “Pepe” €,${consent}\n`;
  const utf16 = (mark: number[], swap: boolean) => {
    const bytes = Buffer.from(text, 'utf16le');
    return Buffer.concat([Buffer.from(mark), swap ? bytes.swap16() : bytes]);
  };
  const windows = Buffer.from(
    `${header}\nj@example.org,Jos\xe9 \x93Pepe\x94 \x80,${consent}\n`,
    'latin1',
  );

  test.each<[string, Buffer, boolean]>([
    ['UTF-8', Buffer.from(text), false],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), false],
    ['UTF-16LE with a mark', utf16([0xff, 0xfe], false), false],
    ['UTF-16BE with a mark', utf16([0xfe, 0xff], true), false],
    ['Windows-1252', windows, true],
    ['the line ends of an old Mac', Buffer.from(text.replaceAll('\n', '\r')), false],
  ])('%s is read, and what was assumed is told', async (_, file, isTold) => {
    for (const slow of [false, true]) {
      const { people, notes } = await read(file, { slow });
      expect(people).toEqual([['j@example.org', 'José “Pepe” €']]);
      expect(notes.some((note) => note.includes('Windows-1252'))).toBe(isTold);
    }
  });

  test('that changes within a file costs the lines it changes in', async () => {
    const mixed = Buffer.concat([Buffer.from(text), windows.subarray(header.length + 1)]);
    expect(await read(mixed)).toMatchObject({
      people: [['j@example.org', 'José “Pepe” €']],
      skipped: [3],
    });
  });
});

describe('the time of a consent', () => {
  const at = (...times: string[]) =>
    read([header, ...times.map((time, n) => `a${n}@example.org,,form,"${time}"`)].join('\n'));

  test.each([
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T10:00:00.057Z', '2026-11-01T10:00:00.057Z'],
    ['2026-11-01 10:30:00 +0100', '2026-11-01T09:30:00.000Z'],
    ['2026/11/01 10:30', '2026-11-01T10:30:00.000Z'],
    ['22/11/2026 10:30', '2026-11-22T10:30:00.000Z'],
    ['11/22/2026, 10:30 PM', '2026-11-22T22:30:00.000Z'],
    ['01.11.2026 10:30', '2026-11-01T10:30:00.000Z'],
    ['11/11/2026', '2026-11-11T00:00:00.000Z'],
    ['13/11/26', '2026-11-13T00:00:00.000Z'],
    ['3 Mar 2024', '2024-03-03T00:00:00.000Z'],
    ['03-Mar-24', '2024-03-03T00:00:00.000Z'],
    ['March 3, 2024 14:05', '2024-03-03T14:05:00.000Z'],
    ['Sept 5th, 2024 at 2:05 PM', '2024-09-05T14:05:00.000Z'],
    ['3 de marzo de 2024', '2024-03-03T00:00:00.000Z'],
    ['martes, 5 de marzo del 2024 a las 14:05', '2024-03-05T14:05:00.000Z'],
    ['5 ene. 2024', '2024-01-05T00:00:00.000Z'],
    ['Tue, 05 Mar 2024 14:05:00 +0100', '2024-03-05T13:05:00.000Z'],
    ['2024-03-05 14:05:06.123 -05', '2024-03-05T19:05:06.123Z'],
    ['2024-03-05 14:05:06 -0500 EST', '2024-03-05T19:05:06.000Z'],
    // as spreadsheets write a day where nobody said that it is one, or keep text
    ['45356.5', '2024-03-05T12:00:00.000Z'],
    ['20240305', '2024-03-05T00:00:00.000Z'],
    ["'2024-03-05", '2024-03-05T00:00:00.000Z'],
    ['=""2024-03-05""', '2024-03-05T00:00:00.000Z'],
  ])('%s is %s', async (typed, meant) => {
    expect((await at(typed)).dates).toEqual([meant]);
  });

  test.each([
    '31/02/2026',
    '01/11/26',
    '2026-13-01',
    'yesterday',
    '31 Feb 2024',
    '3 Brumaire 2024',
    '12345',
    '2027-01-01',
    '01/11/2026',
    '2026-11-01 25:00',
  ])('%s alone is none', async (typed) => {
    expect(await at(typed)).toMatchObject({ dates: [], skipped: [2] });
  });

  test('that could be two days is read as the other dates of the file say', async () => {
    const dayFirst = await at('01/11/2026 10:30', '13/10/2026', '02/03/2026');
    expect(dayFirst.dates).toEqual([
      '2026-11-01T10:30:00.000Z',
      '2026-10-13T00:00:00.000Z',
      '2026-03-02T00:00:00.000Z',
    ]);
    expect(dayFirst.notes).toEqual([
      'Dates with the day first, as line 3 shows: “13/10/2026”.',
      'Times without a time zone were read as UTC.',
    ]);
    expect((await at('11/01/2026', '10/13/2026')).dates[0]).toBe('2026-11-01T00:00:00.000Z');
    expect((await at('01/11/2026', '13/10/2026', '10/13/2026')).skipped).toEqual([2]);
  });
});
