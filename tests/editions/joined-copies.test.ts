import { expect, test } from 'vitest';
import { joinDuplicate, restoreSources } from '../../src/articles/sources.ts';
import { composeEdition } from '../../src/editions/compose.ts';
import { NothingNew } from '../../src/editions/errors.ts';
import { startEdition } from '../../src/editions/freeze.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newArticle, newNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();

test('what was sent as a copy is not sent again as the article it was joined to', async () => {
  const newsletter = await newNewsletter(db, { kinds: ['daily'] });
  const compose = (now: Date) =>
    db
      .transaction()
      .execute((tx) => composeEdition(tx, { newsletter: newsletter.slug, kind: 'daily', now }));
  const monday = new Date('2026-11-23T06:00:00Z');
  const sent = await newArticle(db, newsletter, '2026-11-23T05:00:00Z', { title: 'Ferry late' });
  const { id } = await compose(monday);
  await startEdition(db, id, { due: 'now', now: monday });

  const tuesday = new Date('2026-11-24T06:00:00Z');
  const again = await newArticle(db, newsletter, '2026-11-24T05:00:00Z', { title: 'Late ferry' });
  const joined = await db.transaction().execute((tx) => joinDuplicate(tx, again, sent));
  await expect(compose(tuesday)).rejects.toBeInstanceOf(NothingNew);
  await db.transaction().execute((tx) => restoreSources(tx, joined));
  await expect(compose(tuesday)).resolves.toMatchObject({ made: true });
});
