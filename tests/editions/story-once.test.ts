import { expect, test } from 'vitest';
import { ledger } from '../../src/deliveries/ledger.ts';
import { composeEdition } from '../../src/editions/compose.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { openSending } from '../deliveries/fixtures/sending.ts';
import { newArticle, newNewsletter, sourceOf } from './fixtures/newsroom.ts';

test('readers of two newsletters get a story once, each in their language, whichever is sent first', async () => {
  await using sending = await openSending();
  const { db, sink } = sending;
  const now = new Date();
  const published = new Date(now.getTime() - 3_600_000).toISOString();
  const [daily, evening] = [
    await newNewsletter(db, { title: 'The Daily' }),
    await newNewsletter(db, { title: 'The Evening' }),
  ];
  const english = await newArticle(db, daily, published, { title: 'The pier stays open' });
  const spanish = await newArticle(db, daily, published, {
    title: 'El muelle sigue abierto',
    language: 'es',
    storyId: english,
  });
  const source = { title: 'x', url: 'https://news.example/x', seenAt: published };
  await sourceOf(db, evening, english, source);
  await sourceOf(db, evening, spanish, source);
  const extra = await newArticle(db, evening, published, { title: 'Only in the evening' });
  const reader = async (name: string, language: string, newsletters: { id: string }[]) => {
    const email = `${name}@news.test`;
    const { id } = await db
      .insertInto('subscribers')
      .values({ email, emailKey: email, addressHash: Buffer.from(email), language })
      .returning('id')
      .executeTakeFirstOrThrow();
    const activeFrom = new Date(now.getTime() - 86_400_000);
    for (const newsletter of newsletters) {
      await db
        .insertInto('subscriptions')
        .values({ newsletterId: newsletter.id, subscriberId: id, state: 'active', activeFrom })
        .execute();
    }
  };
  await reader('both', 'en', [daily, evening]);
  await reader('ambas', 'es', [daily, evening]);
  await reader('evening', 'es', [evening]);
  const start = async (newsletter: string, articles: string[]) => {
    const composing = { newsletter, kind: 'special' as const, now, articles };
    const { id } = await db.transaction().execute((tx) => composeEdition(tx, composing));
    await startEdition(db, id, { due: 'now', now });
    return id;
  };
  const first = await start(daily.slug, [english, spanish]);
  const second = await start(evening.slug, [english, spanish, extra]);
  // the later one goes first, while the earlier is not even planned
  await sending.send(second);
  await sending.send(first);

  const stories = ['The pier stays open', 'El muelle sigue abierto', 'Only in the evening'];
  const got = sink.accepted.map(({ to, bytes }) => {
    const text = bytes.toString('latin1').replaceAll('=\r\n', '');
    return [to, ...stories.filter((story) => text.includes(story))];
  });
  const sorted = (lines: string[][]) => lines.map((line) => line.join(' | ')).toSorted();
  expect(sorted(got)).toEqual(
    sorted([
      ['both@news.test', 'The pier stays open'],
      ['both@news.test', 'Only in the evening'],
      ['ambas@news.test', 'El muelle sigue abierto'],
      ['ambas@news.test', 'Only in the evening'],
      ['evening@news.test', 'El muelle sigue abierto', 'Only in the evening'],
    ]),
  );
  expect(await ledger(db, first)).toMatchObject({ sent: 2, skipped: 0 });
  expect(await ledger(db, second)).toMatchObject({ sent: 3, skipped: 0 });

  const third = await start(evening.slug, [english, spanish]);
  await sending.send(third);
  // nothing is left for anybody: the story came by the others
  expect(await ledger(db, third)).toMatchObject({ sent: 0, skipped: 3 });
});
