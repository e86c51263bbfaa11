import { beforeAll, expect, test } from 'vitest';
import { type MadeNewsletter, makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { article, sentEdition } from './fixtures/editions.ts';
import { openSite, type Site } from './fixtures/site.ts';

let site: Site;
let daily: MadeNewsletter;
beforeAll(async () => {
  site = await openSite({ PUBLIC_URL: 'https://letters.example' });
  const { db } = site.context;
  daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
  await sentEdition(db, daily.id, 1, [article('1', 'Ferries return to the quay')]);
  await sentEdition(db, daily.id, 2, [
    article('2', 'Seals are counted', { standfirst: 'No ferry.' }),
  ]);
  await sentEdition(db, daily.id, 3, [article('3', 'Not yet: a ferry')], { state: 'draft' });
  const members = await makeNewsletter(db, 'members', { title: 'Members', private: true });
  await sentEdition(db, members.id, 1, [article('4', 'A secret ferry')]);
  const diario = await makeNewsletter(db, 'diario', { title: 'El Diario', language: 'es' });
  await sentEdition(db, diario.id, 1, [article('5', 'Los ferris vuelven', { language: 'es' })]);
  await sentEdition(db, diario.id, 2, [
    article('7', 'Señales de comunicación pública', {
      language: 'es',
      standfirst: '¿Llegará el “tren”? «Perro» y gato…🚂Vía—recta, 100 %, l’abat\u00adtoir',
    }),
  ]);
  const nashra = await makeNewsletter(db, 'nashra', { title: 'نشرة', language: 'ar' });
  await sentEdition(db, nashra.id, 1, [article('8', 'انهيار جدار الميناء', { language: 'ar' })]);
  const old = await sentEdition(db, daily.id, 4, [article('6', 'An old ferry')]);
  await db.updateTable('editions').set({ localDate: '2025-12-31' }).where('id', '=', old).execute();
});
const page = async (path: string) => {
  const answer = await site.get(path);
  expect(answer.status, path).toBe(200);
  return answer.text();
};
const found = async (words: string, newsletter = 'daily') => {
  const html = await page(`/archive/${newsletter}?q=${encodeURIComponent(words)}`);
  return [...html.matchAll(new RegExp(`<h2><a href="/archive/${newsletter}/(\\d+)"`, 'g'))]
    .map(([, number]) => Number(number))
    .sort((one, other) => one - other);
};

test('finds words in the language of the newsletter, in headlines and what stands below', async () => {
  expect(await found('ferry')).toEqual([1, 2, 4]);
  expect(await found('ferries -seals')).toEqual([1, 4]);
  expect(await found('"old ferry"')).toEqual([4]);
  expect(await found('seal ferry')).toEqual([2]);
  expect(await found('zeppelin')).toEqual([]);
  expect(await found('vuelve', 'diario')).toEqual([1]);
});

test.each([
  'comunicación',
  'comunicacion',
  'COMUNICACIO\u0301N',
  'senales',
  'señal',
  'publica',
  '"comunicacion publica"',
  'perros',
  'llegara',
  'tren',
  'vía gato recta',
  '“comunicación pública”',
  '¿tren?',
  "l'abattoir",
  '100%',
])('finds %s among accents and marks', async (words) => {
  expect(await found(words, 'diario')).toEqual([2]);
});

test('finds words of scripts from right to left, without their marks', async () => {
  expect(await found('الميناء', 'nashra')).toEqual([1]);
  expect(await found('المِيناء', 'nashra')).toEqual([1]);
  expect(await found('المطار', 'nashra')).toEqual([]);
});

test('finds a correction, and no longer what it took out', async () => {
  const { db } = site.context;
  const id = await sentEdition(db, daily.id, 5, [article('7', 'Eleven dolphins')]);
  const { content } = await db
    .selectFrom('revisions')
    .select('content')
    .where('editionId', '=', id)
    .executeTakeFirstOrThrow();
  const corrected = JSON.stringify(content).replaceAll('olphins', 'onkeys');
  await db
    .insertInto('revisions')
    .values({ editionId: id, number: 2, content: corrected })
    .execute();
  await db.updateTable('editions').set({ revision: 2 }).where('id', '=', id).execute();
  expect(await found('dolphin')).toEqual([]);
  expect(await found('donkey')).toEqual([5]);
});

test.each([
  "'",
  '"',
  '& | !',
  ':*',
  '(((',
  '<script>alert(1)</script>',
  '\0',
  '\ud800',
  '%',
  "'; drop table editions; --",
  'a'.repeat(5000),
  '-ferry',
  '"'.repeat(300),
  'ferry & ! | seal <-> :A',
  '\u202e',
  '😀',
])('answers %j quietly', async (words) => {
  const html = await page(`/archive/daily?q=${encodeURIComponent(words.toWellFormed())}`);
  expect(html).not.toContain('<script>alert');
  // what is nothing but a control character is no search
  expect(html.includes('<meta name="robots" content="noindex">')).toBe(words !== '\0');
});

test('is not led by what is no query of it', async () => {
  for (const query of ['q[]=ferry', 'q=a&q=b', 'month=2026-13', 'month=x', 'before=0', 'earlier=x'])
    expect(await page(`/archive/daily?${query}`)).toContain('Ferries return');
});

test('lists the months, and each has its page', async () => {
  const html = await page('/archive/daily?lang=en');
  expect(html).toMatch(/month=2026-11&amp;lang=en"[^>]*>November 2026<\/a> <small>3 editions/);
  expect(html).toMatch(/month=2025-12&amp;lang=en"[^>]*>December 2025<\/a> <small>1 edition</);
  const month = await page('/archive/daily?month=2025-12&lang=en');
  expect(month).toContain('<h1>December 2025</h1>');
  expect(month).toContain('An old ferry');
  expect(month).not.toContain('Ferries return');
  expect(month).toContain(
    '<link rel="canonical" href="https://letters.example/archive/daily?month=2025-12">',
  );
});

test('private editions are found by nobody', async () => {
  expect((await site.get('/archive/members?q=ferry')).status).toBe(404);
  expect((await site.get('/archive/members?month=2026-11')).status).toBe(404);
});
