import { expect, test } from 'vitest';
import { InvalidNewsletter, NewsletterNotFound, SlugTaken } from '../../src/newsletters/errors.ts';
import {
  createNewsletter,
  ensureFirstNewsletter,
  getNewsletter,
  listNewsletters,
  updateNewsletter,
} from '../../src/newsletters/newsletters.ts';
import { openFreshDatabase } from '../harness/database.ts';

const { db } = await openFreshDatabase();
const create = (input: unknown) => db.transaction().execute((tx) => createNewsletter(tx, input));
const update = (slug: string, input: unknown) =>
  db.transaction().execute((tx) => updateNewsletter(tx, slug, input));
const wrong = async (input: unknown) => {
  const error: unknown = await create(input).catch((thrown: unknown) => thrown);
  if (error instanceof InvalidNewsletter) return error.errors.map((one) => one.pointer);
  throw new Error('it was accepted');
};

test('a first start makes the daily, once, from any number of processes', async () => {
  const made = await Promise.all([1, 2, 3].map(() => ensureFirstNewsletter(db)));
  expect(made.filter(Boolean)).toHaveLength(1);
  const all = await listNewsletters(db);
  expect(all.map((newsletter) => newsletter.slug)).toEqual(['daily']);
  expect(all[0]).toMatchObject({ title: 'The Daily', sendAt: '07:00', active: true });
  expect(all[0]?.sections.map((section) => section.slug)).toEqual([
    'news',
    'updates',
    'special-reports',
  ]);
});

test('settings come back as they were given, in their canonical form', async () => {
  const made = await create({
    slug: 'el-diario',
    title: '  El Diario  ',
    language: 'es-ve',
    timezone: 'america/caracas',
    sendAt: '06:30',
    kinds: ['daily', 'special'],
    days: [5, 1],
    weeklyDay: 6,
    sections: [{ slug: 'noticias', title: 'Noticias', articleLimit: 3 }],
    from: 'El Diario <diario@example.org>',
    replyTo: 'cartas@example.org',
    origins: ['https://news.example.org/'],
    linkParameters: '?utm_source=diario',
  });
  expect(made).toMatchObject({
    slug: 'el-diario',
    title: 'El Diario',
    language: 'es-VE',
    timezone: 'America/Caracas',
    days: [1, 5],
    origins: ['https://news.example.org'],
    linkParameters: 'utm_source=diario',
    private: false,
    reviewMinutes: 30,
  });
  expect(await getNewsletter(db, 'el-diario')).toEqual(made);
});

test('all that is wrong is said at once, with where it is', async () => {
  const pointers = await wrong({
    slug: 'Not A Slug',
    title: 'Two\r\nBcc: everybody@example.org',
    timezone: '+02:00',
    language: 'no such language!',
    sendAt: '24:00',
    kinds: ['hourly'],
    days: [0],
    weeklyDay: 8,
    sections: [{ slug: 'a', title: '' }],
    from: 'daily@example.org\r\nBcc: x@example.org',
    replyTo: 'Redacción <redacción@example.org>',
    origins: ['javascript:alert(1)', 'https://example.org/path'],
    linkParameters: 'no parameters',
    colour: 'red',
  });
  const expected =
    '/slug /title /timezone /language /sendAt /kinds/0 /days/0 /weeklyDay /sections/0/title ' +
    '/from /replyTo /origins/0 /origins/1 /linkParameters /colour';
  expect(pointers.toSorted()).toEqual(expected.split(' ').toSorted());
});

test.each([
  ['nothing at all', undefined],
  ['a list', []],
  ['no title', { slug: 'x' }],
  ['no day', { slug: 'x', title: 'X', days: [] }],
  ['a day twice', { slug: 'x', title: 'X', days: [1, 1] }],
  [
    'a section twice',
    { slug: 'x', title: 'X', sections: [1, 2].map(() => ({ slug: 'a', title: 'A' })) },
  ],
  ['an unknown zone', { slug: 'x', title: 'X', timezone: 'Europe/Atlantis' }],
])('%s is refused and nothing is stored', async (_, input) => {
  await expect(create(input)).rejects.toBeInstanceOf(InvalidNewsletter);
  expect(await getNewsletter(db, 'x')).toBeUndefined();
});

test('a slug is taken once, also by two at the same time', async () => {
  const results = await Promise.allSettled(
    [1, 2].map(() => create({ slug: 'evening', title: 'Evening' })),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused).toHaveLength(1);
  expect(refused[0]?.reason).toBeInstanceOf(SlugTaken);
});

test('a change touches only what it names', async () => {
  const before = await create({
    slug: 'science',
    title: 'Science',
    sendAt: '09:00',
    sections: [
      { slug: 'space', title: 'Space' },
      { slug: 'health', title: 'Health' },
    ],
  });
  const after = await update('science', { title: 'Science Now' });
  expect(after).toEqual({ ...before, title: 'Science Now' });
  const sections = await update('science', {
    sections: [
      { slug: 'health', title: 'Health and mind' },
      { slug: 'sea', title: 'Sea' },
    ],
  });
  expect(sections.sections).toEqual([
    { slug: 'health', title: 'Health and mind', articleLimit: 10 },
    { slug: 'sea', title: 'Sea', articleLimit: 10 },
  ]);
  await expect(update('science', { slug: 'other' })).rejects.toBeInstanceOf(InvalidNewsletter);
  await expect(update('nowhere', { title: 'X' })).rejects.toBeInstanceOf(NewsletterNotFound);
});

test('the schedule is new from the moment an hour changes, and not before', async () => {
  const made = await create({ slug: 'hours', title: 'Hours', sendAt: '09:00' });
  const same = await update('hours', { sendAt: '09:00', days: made.days, title: 'The Hours' });
  expect(same.scheduledSince).toEqual(made.scheduledSince);
  const moved = await update('hours', { sendAt: '08:00' });
  expect(moved.scheduledSince.getTime()).toBeGreaterThan(made.scheduledSince.getTime());
});
