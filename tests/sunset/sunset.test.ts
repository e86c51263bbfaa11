import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { putSetting } from '../../src/database/settings.ts';
import { planEdition } from '../../src/deliveries/plan.ts';
import { type ClaimedLetter, claimLetter } from '../../src/letters/claim.ts';
import { putSendingRules } from '../../src/newsletters/sending-rules.ts';
import { keepUrl, preferencesUrl } from '../../src/subscribers/links.ts';
import { noteSeen, noteSignOfLife } from '../../src/subscribers/signs-of-life.ts';
import { askSilentReaders, restSilentReaders } from '../../src/sunset/sunset.ts';
import { letterContent } from '../../workers/letters/content.ts';
import { addReaders, freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { openSite, type Site } from '../http/public/fixtures/site.ts';

const now = new Date('2026-11-29T12:00:00Z');
const DAY = 86_400_000;
const days = (n: number) => new Date(now.getTime() + n * DAY);
let site: Site;
let newsletter: string;
const db = () => site.context.db;
beforeAll(async () => {
  site = await openSite();
  newsletter = await makeReaders(db(), 0);
});
beforeEach(async () => {
  await sql`truncate subscribers, subscriptions, consents, audit cascade`.execute(db());
  await sql`delete from letters`.execute(db());
  await putSendingRules(db(), { sunsetMonths: 6, sunsetWeeks: 4 });
});

/** A reader who confirmed so many days ago. */
async function addReader(ago: number): Promise<string> {
  const [id = ''] = await addReaders(db(), newsletter, 1);
  await sql`update subscriptions set confirmed_at = ${days(-ago)}, active_from = ${days(-ago)}
    where subscriber_id = ${id}`.execute(db());
  return id;
}
const asked = async () =>
  (
    await db()
      .selectFrom('letters')
      .select('subscriberId')
      .where('kind', '=', 'silent')
      .orderBy('id')
      .execute()
  ).map(({ subscriberId }) => subscriberId);
const restsOf = async (id: string) =>
  (
    await db()
      .selectFrom('subscribers')
      .select('rests')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  ).rests;

test('nobody is asked unless it is switched on, nor while an edition is being sent', async () => {
  await addReader(400);
  await putSendingRules(db(), { sunsetMonths: null });
  expect(await askSilentReaders(db(), now)).toEqual([]);
  await putSendingRules(db(), { sunsetMonths: 6 });
  const edition = await freezeEdition(db(), newsletter);
  expect(await askSilentReaders(db(), now)).toEqual([]);
  await sql`update editions set state = 'sent' where id = ${edition}`.execute(db());
  expect(await askSilentReaders(db(), now)).toHaveLength(1);
});

test('who gave no sign of life is asked once, then rests, and comes back by one press', async () => {
  const silent = await addReader(400);
  const fresh = await addReader(30);
  const seen = await addReader(400);
  const blocked = await addReader(400);
  await noteSeen(db(), seen, days(-20));
  await sql`insert into suppressions (address_hash, reason)
    select address_hash, 'operator' from subscribers where id = ${blocked}`.execute(db());
  await askSilentReaders(db(), now);
  await askSilentReaders(db(), days(1));
  expect(await asked()).toEqual([silent]);
  // a program that opens the links of the letter is no sign of life
  const { tokens } = site.context;
  const link = new URL(keepUrl({ publicUrl: site.url, tokens }, silent)).pathname;
  await site.get(new URL(preferencesUrl({ publicUrl: site.url, tokens }, silent)).pathname);
  expect(await (await site.get(link)).text()).toContain('Keep sending');
  expect(await restSilentReaders(db(), days(27))).toBe(0);
  expect(await restSilentReaders(db(), days(28))).toBe(1);
  expect(await restSilentReaders(db(), days(29))).toBe(0);
  expect([await restsOf(silent), await restsOf(fresh)]).toEqual(['asleep', null]);

  const edition = await freezeEdition(db(), newsletter);
  for await (const _ of planEdition(db(), edition, { groups: [] }));
  const rows = db()
    .selectFrom('deliveries')
    .select('reason')
    .where('editionId', '=', edition)
    .where('subscriberId', '=', silent);
  expect(await rows.execute()).toEqual([{ reason: 'asleep' }]);
  await sql`update editions set state = 'sent' where id = ${edition}`.execute(db());
  const state = db().selectFrom('subscriptions').select('state').where('subscriberId', '=', silent);
  expect(await state.execute()).toEqual([{ state: 'active' }]);

  expect(await (await site.press(link)).text()).toContain('We will keep sending');
  expect(await restsOf(silent)).toBeNull();
  await askSilentReaders(db(), days(30));
  expect(await asked()).toEqual([silent, fresh].slice(0, 1));
  const written = db().selectFrom('audit').select(['action', 'object', 'detail']).orderBy('id');
  expect(await written.execute()).toEqual([
    { action: 'ask readers', object: 'subscribers', detail: { readers: 1 } },
    { action: 'rest', object: 'subscribers', detail: { readers: 1 } },
  ]);
});

test('who answers in time does not rest, and opening a page is written down once a day', async () => {
  const reader = await addReader(400);
  await askSilentReaders(db(), now);
  await noteSignOfLife(db(), reader, days(3));
  expect(await restSilentReaders(db(), days(40))).toBe(0);
  const seen = async () =>
    (
      await db()
        .selectFrom('signsOfLife')
        .select('seenAt')
        .where('subscriberId', '=', reader)
        .executeTakeFirst()
    )?.seenAt;
  await noteSeen(db(), reader, days(3.5));
  expect(await seen()).toEqual(days(3));
  await noteSeen(db(), reader, days(5));
  expect(await seen()).toEqual(days(5));
});

test.each(['en', 'es'])('the letter asks in the reader’s language (%s)', async (language) => {
  const reader = await addReader(400);
  await sql`update subscribers set language = ${language} where id = ${reader}`.execute(db());
  const [id = ''] = await askSilentReaders(db(), now);
  const { rows } = await sql<{
    id: number;
  }>`insert into workers (host, pid, connections, lease_until)
    values ('here', 1, 1, now() + interval '1 hour') returning id`.execute(db());
  await sql`update letters set next_at = now()`.execute(db());
  const letter = await claimLetter(db(), id, { worker: rows[0]?.id ?? 0, claim: '1' });
  const { content } = await letterContent(site.context, letter as ClaimedLetter);
  expect(content).toMatchObject({ kind: 'silent', language, parts: { weeks: 4 } });
});

test('who may have been asked before a restore is not asked again while the weeks of an answer run', async () => {
  const long = await addReader(400);
  await putSetting(db(), 'restored', { since: days(-2), until: days(-1) });
  // half a year of silence is over after the restore
  const since = await addReader(183);
  expect(await askSilentReaders(db(), now)).toEqual([]);
  await askSilentReaders(db(), days(2));
  expect(await asked()).toEqual([since]);
  await askSilentReaders(db(), days(28));
  expect(await asked()).toEqual([since, long]);
  await sql`delete from settings where key = 'restored'`.execute(db());
});
