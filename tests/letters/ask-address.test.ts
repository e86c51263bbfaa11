import { beforeAll, describe, expect, test } from 'vitest';
import { askAddress, type NotAsked } from '../../src/letters/ask-address.ts';
import { confirmAgain } from '../../src/letters/confirm-again.ts';
import { readAddress } from '../../src/mail/address.ts';
import { changeAddress } from '../../src/subscribers/change.ts';
import { putSignUpSettings } from '../../src/subscribers/sign-up-settings.ts';
import { openFreshDatabase } from '../harness/database.ts';
import {
  asks,
  confirm,
  hashAddress,
  type MadeNewsletter,
  makeNewsletter,
  request,
} from '../subscribers/fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
let daily: MadeNewsletter;
beforeAll(async () => {
  daily = await makeNewsletter(db, 'daily', { title: 'The Daily' });
});

const noon = new Date('2026-11-24T12:00:00Z');
const HOUR = 3_600_000;
const after = (ms: number) => new Date(noon.getTime() + ms);

async function signedUp(email: string) {
  await request(db, asks(email, [daily]), noon);
  const { id } = await db
    .selectFrom('subscribers')
    .select('id')
    .where('emailKey', '=', email)
    .executeTakeFirstOrThrow();
  return id;
}
const joined = async (email: string) => {
  const id = await signedUp(email);
  await confirm(db, id, noon);
  return id;
};
const ask = (subscriberId: string, to: string, now: Date) => {
  const address = readAddress(to);
  const content = { oldAddress: 'o•••@example.org', requestedAt: now.toISOString() };
  const addressHash = hashAddress(address.key);
  const about = {
    kind: 'address',
    subscriberId,
    address,
    addressHash,
    language: 'en',
    content,
  } as const;
  return db.transaction().execute((tx) => askAddress(tx, about, now));
};
const refusals = (answers: { refused: NotAsked | null }[]) => answers.map((one) => one.refused);
const lettersOf = (id: string, kind: string) =>
  db
    .selectFrom('letters')
    .selectAll()
    .where('subscriberId', '=', id)
    .where('kind', '=', kind)
    .orderBy('id')
    .execute();

describe('the gate before a letter to an address that has not consented', () => {
  test('lets three addresses of one subscriber through in a day, however many ask at once', async () => {
    const id = await joined('cannon@example.org');
    const targets = Array.from({ length: 20 }, (_, n) => `victim${n}@example.net`);
    const answers = await Promise.all(targets.map((to) => ask(id, to, after(1))));
    expect(answers.flatMap((answer) => answer.letters)).toHaveLength(3);
    expect(refusals(answers).filter((refused) => refused === 'targets')).toHaveLength(17);
    expect(await ask(id, 'victim99@example.net', after(23 * HOUR))).toEqual({
      letters: [],
      refused: 'targets',
    });
    expect((await ask(id, 'victim99@example.net', after(25 * HOUR))).letters).toHaveLength(1);
  });

  test('counts the aliases of a mailbox as one, whichever page asks, sign-ups with them', async () => {
    await request(db, asks('box@gmail.com', [daily]), noon);
    const askers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => joined(`asker${n}@example.org`)),
    );
    const answers = await Promise.all(
      askers.map((id, n) => ask(id, `b.ox+${n}@googlemail.com`, after(1))),
    );
    expect(answers.flatMap((answer) => answer.letters)).toHaveLength(4);
    expect(refusals(answers).filter((refused) => refused === 'mailbox')).toHaveLength(2);
    expect(await request(db, asks('bo.x@gmail.com', [daily]), after(2))).toEqual([]);
    await db.transaction().execute((tx) => putSignUpSettings(tx, { perMailbox: 6 }));
    expect(await request(db, asks('b.o.x@gmail.com', [daily]), after(3))).toHaveLength(1);
    await db.transaction().execute((tx) => putSignUpSettings(tx, { perMailbox: 5 }));
  });

  test('sends nothing to a suppressed address, nor the same twice within ten minutes', async () => {
    const id = await joined('mover@example.org');
    await db
      .insertInto('suppressions')
      .values({ addressHash: hashAddress('never@example.net'), reason: 'complaint' })
      .execute();
    const twice = await Promise.all([1, 2].map(() => ask(id, 'next@example.net', after(1))));
    expect(new Set(refusals(twice))).toEqual(new Set([null, 'again']));
    expect(await ask(id, 'NEVER@example.net', after(1))).toEqual({
      letters: [],
      refused: 'suppressed',
    });
    expect((await ask(id, 'next@example.net', after(HOUR))).letters).toHaveLength(1);
  });

  test('does not count a letter that failed against a mailbox', async () => {
    const id = await joined('patient@example.org');
    const [letter = ''] = (await ask(id, 'slow@example.net', after(1))).letters;
    await db.updateTable('letters').set({ state: 'failed' }).where('id', '=', letter).execute();
    expect((await ask(id, 'slow@example.net', after(2))).letters).toHaveLength(1);
  });
});

describe('a change of the address of a sign-up that waits', () => {
  test('asks at the new one, once, and not where nothing waits', async () => {
    const id = await signedUp('wrong@example.org');
    const right = readAddress('right@example.org');
    const move = (now: Date) =>
      db.transaction().execute(async (tx) => {
        await changeAddress(tx, id, right, hashAddress(right.key));
        return confirmAgain(tx, id, { origin: 'news.example.org', now });
      });
    expect((await move(after(1))).letters).toHaveLength(1);
    expect(await move(after(2))).toEqual({ letters: [], refused: 'again' });
    expect(await request(db, asks('right@example.org', [daily]), after(HOUR))).toEqual([]);
    expect(await lettersOf(id, 'confirmation')).toMatchObject([
      { email: null },
      {
        email: null,
        mailbox: 'right@example.org',
        content: {
          newsletters: [{ slug: 'daily', title: 'The Daily' }],
          origin: 'news.example.org',
        },
      },
    ]);
    await confirm(db, id, after(HOUR));
    expect(await move(after(HOUR))).toEqual({ letters: [], refused: null });
  });
});
