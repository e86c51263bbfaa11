import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { addSubscriber } from '../../../../src/letters/added-by-operator.ts';
import { AddressSuppressed, InvalidSubscriber } from '../../../../src/subscribers/errors.ts';
import { endSubscriptions } from '../../../../src/subscribers/subscriptions/end.ts';
import { suppress } from '../../../../src/subscribers/suppression.ts';
import { openFreshDatabase } from '../../../harness/database.ts';
import { importFolder, importList, openQueue } from '../../fixtures/import-queue.ts';
import {
  asks,
  confirm,
  evidence,
  hashAddress,
  type MadeNewsletter,
  makeNewsletter,
  request,
} from '../../fixtures/newsroom.ts';

const database = await openFreshDatabase();
const { db } = database;
const folder = await importFolder();
const now = new Date('2026-11-24T12:00:00Z');
const hour = (n: number) => new Date(now.getTime() - n * 3_600_000);
const queue = openQueue(database, folder, { now: () => now });
let daily: MadeNewsletter;
beforeAll(async () => {
  daily = await makeNewsletter(db, 'daily');
});

/** What a reader did here, at most: the last of it keeps them out. */
const history = fc.record({
  confirmed: fc.boolean(),
  out: fc.constantFrom(
    'left',
    'left and asked',
    'bounce',
    'complaint',
    'operator',
    'left and bounce',
  ),
});
/** What a list says of them; none of it is a consent of their own hand. */
const said = fc.record({
  state: fc.constantFrom('', 'active', 'subscribed', 'pending', 'unsubscribed', 'bounced'),
  consent: fc.option(fc.integer({ min: 0, max: 40 })),
  left: fc.option(fc.integer({ min: 0, max: 40 })),
  word: fc.constantFrom('request', 'import', 'operator'),
  upper: fc.boolean(),
});
let runs = 0;

/** Does what the history says, and answers how the reader's subscription stands then. */
async function live(email: string, { confirmed, out }: { confirmed: boolean; out: string }) {
  await request(db, asks(email, [daily]), hour(30));
  const { id } = await db
    .selectFrom('subscribers')
    .select('id')
    .where('emailKey', '=', email)
    .executeTakeFirstOrThrow();
  if (confirmed) await confirm(db, id, hour(20));
  if (out.startsWith('left'))
    await endSubscriptions(db, [{ subscriber: id, newsletter: undefined, evidence }], hour(10));
  if (out === 'left and asked') await request(db, asks(email, [daily]), hour(5));
  const reason = (['bounce', 'complaint', 'operator'] as const).find((one) => out.endsWith(one));
  if (reason) await suppress(db, hashAddress(email), { reason });
}

const activeOf = async (emails: string[]) => {
  const { rows } = await sql<{ key: string }>`
    select s.email_key as key from subscribers s join subscriptions t on t.subscriber_id = s.id
    where s.email_key = any(${emails}) and t.state = 'active'
      and not exists (select from suppressions x where x.address_hash = s.address_hash and not x.held)`.execute(
    db,
  );
  return rows.map(({ key }) => key);
};

test('who left or is suppressed is made active by no list, however often and whatever it says', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(history, fc.array(said, { minLength: 1, maxLength: 3 })), {
        minLength: 5,
        maxLength: 12,
      }),
      fc.boolean(),
      async (readers, states) => {
        const of = ++runs;
        const emails = readers.map((_, n) => `r${n}@run${of}.example`);
        for (const [n, [past]] of readers.entries()) await live(emails[n] ?? '', past);
        expect(await activeOf(emails)).toEqual([]);
        const lines = readers.flatMap(([, all], n) =>
          all.map(({ state, consent, left, word, upper }) => {
            const email = upper ? emails[n]?.toUpperCase() : emails[n];
            const at = consent === null ? '' : hour(consent).toISOString();
            const consents = JSON.stringify([{ action: word, at: at || now.toISOString() }]);
            const cells = [
              email,
              state,
              at && 'shop',
              at,
              left === null ? '' : hour(left).toISOString(),
            ];
            return `${cells.join(',')},"${consents.replaceAll('"', '""')}"`;
          }),
        );
        const list = `email,state,consent_source,consent_at,unsubscribed_at,consents\n${lines.join('\n')}`;
        const consent = { source: 'stated', at: now.toISOString() };
        for (const _ of [1, 2]) {
          const done = await importList(db, queue, list, states ? { consent } : {});
          expect(done.state).toBe('done');
        }
        expect(await activeOf(emails)).toEqual([]);
      },
    ),
    { numRuns: 8 },
  ));

test('nor by an operator who adds them with a consent from before', () =>
  fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 11, max: 40 }), async (past, consent) => {
      const email = `r@added${++runs}.example`;
      await live(email, past);
      const input = {
        email,
        newsletter: 'daily',
        consent: { source: 'shop', at: hour(consent).toISOString() },
      };
      const added = db
        .transaction()
        .execute((tx) =>
          addSubscriber(tx, input, { hashAddress, origin: 'https://of.example', now }),
        );
      await added.catch((error) => {
        if (!(error instanceof AddressSuppressed || error instanceof InvalidSubscriber))
          throw error;
      });
      expect(await activeOf([email])).toEqual([]);
    }),
    { numRuns: 25 },
  ));
