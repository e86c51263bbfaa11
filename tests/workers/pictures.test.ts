import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import type { Db } from '../../src/database/connection.ts';
import { composeEdition } from '../../src/editions/compose.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { editionContent, frozenContent } from '../../src/editions/read-content.ts';
import { forgetPictures } from '../../src/pictures/forget.ts';
import { rememberPictureMode } from '../../src/pictures/mode.ts';
import { addReaders } from '../deliveries/fixtures/edition.ts';
import { startWorkers } from '../deliveries/fixtures/workers.ts';
import { newArticle, newNewsletter } from '../editions/fixtures/newsroom.ts';
import { serve } from '../feeds/fixtures/hostile-server.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { eventually } from '../harness/eventually.ts';
import { heic, photo, svg } from '../pictures/fixtures.ts';

const stateOf = async (db: Db) =>
  Object.fromEntries(
    (await db.selectFrom('pictures').select(['url', 'state', 'reason']).execute()).map(
      ({ url, state, reason }) => [url.split('/').at(-1), reason ? `${state}: ${reason}` : state],
    ),
  );

/** A daily edition with an article for each of these pictures, newest first. */
async function editionWith(db: Db, pictures: string[], ageMs = 0) {
  const newsletter = await newNewsletter(db, { language: 'en' });
  const now = new Date();
  for (const [place, imageUrl] of pictures.entries()) {
    const time = new Date(now.getTime() - ageMs - 60_000 * (place + 1)).toISOString();
    const id = await newArticle(db, newsletter, time, { section: 'news' });
    await db
      .updateTable('articles')
      .set({ imageUrl, imageAlt: `What ${imageUrl} shows` })
      .where('id', '=', id)
      .execute();
  }
  const compose = () =>
    db
      .transaction()
      .execute((tx) =>
        composeEdition(tx, { newsletter: newsletter.slug, kind: 'daily', now: new Date() }),
      );
  return { newsletter, compose };
}

test('the mail goes out right with the pictures that are ready, and without all others', async () => {
  const good = await photo().jpeg().toBuffer();
  const dot = await photo(1, 1).png().toBuffer();
  await using server = await serve((request, response) => {
    const send = (body: Buffer) =>
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(body);
    switch (request.url) {
      case '/good.jpg':
      case '/also-good.jpg':
        return send(good);
      case '/moved.jpg':
        return response.writeHead(301, { location: '/also-good.jpg' }).end();
      case '/cut.jpg':
        return send(good.subarray(0, good.length / 2));
      case '/drawing.jpg':
        return send(svg);
      case '/telephone.jpg':
        return send(heic);
      case '/empty.jpg':
        return send(Buffer.of());
      case '/dot.jpg':
        return send(dot);
      case '/huge.jpg':
        return response.writeHead(200, { 'content-length': 40_000_000 }).write('x');
      case '/hangs.jpg':
        return;
      default:
        return response.writeHead(404).end('not here');
    }
  });
  const names = 'good moved cut drawing telephone empty dot huge gone hangs'.split(' ');
  const pictures = names.map((name) => `${server.url}/${name}.jpg`);
  await using workers = await startWorkers(1, { environment: { FEED_ALLOW_PRIVATE: 'true' } });
  const { db } = workers.context;
  const { newsletter, compose } = await editionWith(db, pictures);
  await addReaders(db, newsletter.id, 1);
  const { id } = await compose();
  await eventually(async () =>
    expect(await stateOf(db)).toEqual({
      'good.jpg': 'ready',
      'moved.jpg': 'ready',
      'cut.jpg': 'unusable: unreadable',
      'drawing.jpg': 'unusable: unreadable',
      'telephone.jpg': 'unusable: unreadable',
      'empty.jpg': 'unusable: unreadable',
      'dot.jpg': 'unusable',
      'huge.jpg': 'unusable: tooLarge',
      'gone.jpg': 'unusable: status 404',
      'hangs.jpg': 'wanted',
    }),
  );
  await db.transaction().execute((tx) => startEdition(tx, id, { due: 'now', now: new Date() }));
  const content = await frozenContent(db, id, 1);
  const path = expect.stringMatching(/^\/p\/[0-9a-f]{32}\.jpg$/);
  const own = {
    credit: null,
    lead: { url: path, width: 1200, height: 675 },
    thumbnail: { url: path, width: 264, height: 198 },
  };
  expect(content?.articles.map(({ image }) => image)).toEqual([
    { ...own, url: pictures[0], alt: `What ${pictures[0]} shows` },
    { ...own, url: pictures[1], alt: `What ${pictures[1]} shows` },
    ...pictures.slice(2).map(() => null),
  ]);

  await workers.plan(id);
  const message = await eventually(async () => {
    const [first] = workers.sink.accepted;
    if (!first) throw new Error('nothing has come yet');
    return simpleParser(first.bytes);
  });
  const sources = [...(message.html || '').matchAll(/<img[^>]* src="([^"]*)"/g)].map(
    ([, src]) => src,
  );
  const [lead, thumbnail] = content?.articles ?? [];
  expect(sources).toEqual([
    `http://localhost:3000${lead?.image?.lead?.url}`,
    `http://localhost:3000${thumbnail?.image?.thumbnail?.url}`,
  ]);
});

test('an article that is older than the pictures asked for has one once it is in a draft', async () => {
  const good = await photo(800, 600).png().toBuffer();
  await using server = await serve((_request, response) => response.end(good));
  await using workers = await startWorkers(1, { environment: { FEED_ALLOW_PRIVATE: 'true' } });
  const { db } = workers.context;
  const { newsletter } = await editionWith(db, [`${server.url}/old.png`], 20 * 86_400_000);
  expect(await stateOf(db)).toEqual({});
  const articles = await db.selectFrom('articles').select('id').execute();
  const { id } = await db.transaction().execute((tx) =>
    composeEdition(tx, {
      newsletter: newsletter.slug,
      kind: 'special',
      now: new Date(),
      articles: articles.map((article) => article.id),
    }),
  );
  await eventually(async () => expect(await stateOf(db)).toEqual({ 'old.png': 'ready' }));
  const content = await editionContent(db, id, new Date());
  expect(content?.articles[0]?.image?.lead).toMatchObject({ width: 800, height: 450 });
});

test('linked pictures are fetched by nobody, and shown by their address', async () => {
  await using workers = await startWorkers(1, { environment: { PICTURES: 'linked' } });
  const { db } = workers.context;
  await eventually(async () =>
    expect(
      await db.selectFrom('settings').select('value').where('key', '=', 'pictures').execute(),
    ).toEqual([{ value: 'linked' }]),
  );
  const { compose } = await editionWith(db, ['https://pictures.example/a.jpg']);
  const { id } = await compose();
  const content = await editionContent(db, id, new Date());
  expect(content?.articles[0]?.image).toEqual({
    url: 'https://pictures.example/a.jpg',
    alt: 'What https://pictures.example/a.jpg shows',
    credit: null,
  });
});

test('what is old goes, but for what an edition shows or an open draft needs', async () => {
  const { db } = await openFreshDatabase();
  await rememberPictureMode(db, 'own');
  const old = new Date('2026-01-01T00:00:00Z');
  const names = ['shown', 'drafted', 'old'];
  await db
    .insertInto('pictureFiles')
    .values(
      names.map((hash) => ({ hash, bytes: Buffer.of(1), width: 1, height: 1, createdAt: old })),
    )
    .execute();
  const picture = (name: string) => ({
    url: `https://pictures.example/${name}`,
    state: 'ready' as const,
    leadHash: name,
    createdAt: old,
  });
  await db.insertInto('pictures').values(names.map(picture)).execute();
  const { compose } = await editionWith(db, ['https://pictures.example/drafted']);
  const { id } = await compose();
  await db.insertInto('editionPictures').values({ editionId: id, hash: 'shown' }).execute();
  expect(await forgetPictures(db)).toBe(1);
  const left = await db.selectFrom('pictureFiles').select('hash').orderBy('hash').execute();
  expect(left).toEqual([{ hash: 'drafted' }, { hash: 'shown' }]);
  await db.deleteFrom('editionArticles').execute();
  await db.deleteFrom('editions').execute();
  expect(await forgetPictures(db)).toBe(2);
});
