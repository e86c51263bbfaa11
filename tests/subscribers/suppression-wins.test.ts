import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { resendMissed } from '../../src/deliveries/control.ts';
import { moveToAddress } from '../../src/letters/change-address.ts';
import { claimLetter } from '../../src/letters/claim.ts';
import { queueLetter } from '../../src/letters/letters.ts';
import { readAddress } from '../../src/mail/address.ts';
import { AddressSuppressed } from '../../src/subscribers/errors.ts';
import { suppress } from '../../src/subscribers/suppression.ts';
import { freezeEdition } from '../deliveries/fixtures/edition.ts';
import { openSending } from '../deliveries/fixtures/sending.ts';
import { openFreshDatabase } from '../harness/database.ts';
import {
  asks,
  confirm,
  hashAddress,
  type MadeNewsletter,
  makeNewsletter,
  request,
} from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
let daily: MadeNewsletter;
let worker: number;
beforeAll(async () => {
  daily = await makeNewsletter(db, 'daily');
  const { rows } = await sql<{
    id: number;
  }>`insert into workers (host, pid, connections, lease_until)
    values ('here', 1, 1, now() + interval '1 hour') returning id`.execute(db);
  worker = rows[0]?.id ?? 0;
});

const now = () => new Date();
const idOf = async (email: string) =>
  (
    await db
      .selectFrom('subscribers')
      .select('id')
      .where('emailKey', '=', email)
      .executeTakeFirstOrThrow()
  ).id;
const statesOf = async (id: string) =>
  (
    await db.selectFrom('subscriptions').select('state').where('subscriberId', '=', id).execute()
  ).map(({ state }) => state);
const reasonsOf = async (email: string) =>
  (
    await db
      .selectFrom('suppressions')
      .select('reason')
      .where('addressHash', '=', hashAddress(email))
      .execute()
  ).map(({ reason }) => reason);
let claims = 0;
const claimed = async (letter: string, target: Buffer | null = null) =>
  (await claimLetter(db, letter, { worker, claim: String(++claims) }, target)) !== undefined;

test('after a bounce the reader’s own confirmed sign-up lifts it, and nothing else does', async () => {
  const email = 'back@news.test';
  await suppress(db, hashAddress(email), { reason: 'bounce' });
  const letters = await request(db, asks(email, [daily]), now());
  expect(letters).toHaveLength(1);
  const id = await idOf(email);
  const other = await queueLetter(db, {
    kind: 'privacy',
    subscriberId: id,
    email: null,
    language: 'en',
    content: { requestedAt: '' },
  });
  expect(await claimed(other)).toBe(false);
  expect(await claimed(letters[0] ?? '')).toBe(true);
  expect(await reasonsOf(email)).toEqual(['bounce']);
  expect((await confirm(db, id, now())).confirmed).toEqual([daily.id]);
  expect(await reasonsOf(email)).toEqual([]);
  const audited = db.selectFrom('audit').select(['actor', 'action', 'detail']);
  expect(await audited.where('action', '=', 'unsuppress').execute()).toEqual([
    { actor: 'reader', action: 'unsuppress', detail: { was: 'bounce', reason: 'signed up again' } },
  ]);
});

test('a complaint, a block by an operator and an erasure are lifted by no sign-up', async () => {
  for (const reason of ['complaint', 'operator', 'erasure'] as const) {
    const email = `${reason}@news.test`;
    await suppress(db, hashAddress(email), { reason });
    expect(await request(db, asks(email, [daily]), now())).toEqual([]);
    // nor by the click in a letter that was sent before it
    const before = `before-${reason}@news.test`;
    await request(db, asks(before, [daily]), now());
    const id = await idOf(before);
    await suppress(db, hashAddress(before), { reason });
    expect((await confirm(db, id, now())).confirmed).toEqual([]);
    expect(await reasonsOf(before)).toEqual([reason]);
    expect(await statesOf(id)).toEqual(['pending']);
  }
});

test('nobody moves to such an address, and a letter that asks there is not sent', async () => {
  const email = 'mover@news.test';
  await request(db, asks(email, [daily]), now());
  const id = await idOf(email);
  await confirm(db, id, now());
  const address = readAddress('gone@news.test');
  const addressHash = hashAddress(address.key);
  const asked = await queueLetter(db, {
    kind: 'address',
    subscriberId: id,
    email: address.email,
    language: 'en',
    content: { oldAddress: 'm•••@news.test', requestedAt: '' },
  });
  await suppress(db, addressHash, { reason: 'complaint' });
  expect(await claimed(asked, addressHash)).toBe(false);
  const skipped = db.selectFrom('letters').select(['state', 'reason']).where('id', '=', asked);
  expect(await skipped.execute()).toEqual([{ state: 'skipped', reason: 'suppressed' }]);
  const move = db
    .transaction()
    .execute((tx) =>
      moveToAddress(tx, id, { address, addressHash }, { origin: 'news.test', now: now() }),
    );
  await expect(move).rejects.toThrow(AddressSuppressed);
  expect(await idOf(email)).toBe(id);
});

test('who was missed and is suppressed since is not sent to again', async () => {
  await using sending = await openSending();
  const newsletter = (
    await sending.db
      .insertInto('newsletters')
      .values({ slug: 'd', title: 'D', language: 'en', timezone: 'UTC' })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id;
  await sql`with made as (
      insert into subscribers (email, email_key, address_hash, language)
      select a, a, sha256(a::bytea), 'en' from unnest(array['ana@news.test', 'ben@news.test']) a returning id)
    insert into subscriptions (newsletter_id, subscriber_id, state, active_from, confirmed_at)
    select ${newsletter}, id, 'active', now() - interval '1 day', now() from made`.execute(
    sending.db,
  );
  const edition = await freezeEdition(sending.db, newsletter);
  await sql`update editions set state = 'cancelled' where id = ${edition}`.execute(sending.db);
  await sending.send(edition);
  await sql`update editions set finished_at = now() where id = ${edition}`.execute(sending.db);
  await sql`insert into suppressions (address_hash, reason)
    select address_hash, 'bounce' from subscribers where email = 'ben@news.test'`.execute(
    sending.db,
  );
  await resendMissed(sending.db, edition);
  await sending.work(edition);
  const rows = sending.db
    .selectFrom('deliveries')
    .select(['state', 'reason'])
    .orderBy('subscriberId');
  expect(await rows.execute()).toEqual([
    { state: 'sent', reason: null },
    { state: 'skipped', reason: 'suppressed' },
  ]);
});
