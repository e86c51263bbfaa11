import { expect, test } from 'vitest';
import { readInboundAddress } from '../../../src/bounces/inbound-address.ts';
import { requestSubscriptions } from '../../../src/subscribers/subscriptions/request.ts';
import { takeMessage } from '../../../workers/inbound/take.ts';
import { fielded } from '../../bounces/fixtures/reports.ts';
import { asks, makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openLetters } from './fixtures/letters.ts';

const environment = { INBOUND_DOMAIN: 'back.news.test' };

/** Sends the confirmation of a sign-up, and answers the address that it would come back to. */
async function confirmationTo(email: string) {
  const envelopes: string[] = [];
  const sending = await openLetters(
    { react: (step, line) => void (step === 'mail' && envelopes.push(line)) },
    { environment },
  );
  const newsletter = await makeNewsletter(sending.db, 'daily-news');
  const request = asks(email, [newsletter]);
  const [letter = ''] = await requestSubscriptions(sending.db, [request], new Date());
  await sending.send(letter);
  const returnPath = /<(.*?)>/.exec(envelopes[0] ?? '')?.[1] ?? '';
  const comesBack = async (report: Buffer) => {
    const { tokens } = sending.context;
    const address = readInboundAddress(returnPath, 'back.news.test', tokens);
    expect(address, returnPath).toBeDefined();
    await takeMessage(sending.context, address ? [address] : [], {
      bytes: report,
      source: 'smtp',
      sender: '',
    });
  };
  return Object.assign(sending, { letter, comesBack });
}

const gone = (email: string) =>
  fielded(
    '',
    `Final-Recipient: rfc822; ${email}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown`,
  );

test('a confirmation that comes back ends the sign-up, suppresses and is counted', async () => {
  await using sending = await confirmationTo('ana@news.test');
  const { db, letter, comesBack } = sending;
  await comesBack(gone('ana@news.test'));
  const states = db.selectFrom('subscriptions').select('state');
  expect(await states.execute()).toEqual([{ state: 'unsubscribed' }]);
  const suppressions = db.selectFrom('suppressions').select(['reason', 'editionId']);
  expect(await suppressions.execute()).toEqual([{ reason: 'bounce', editionId: null }]);
  expect(await db.selectFrom('bounces').selectAll().execute()).toMatchObject([
    { letterId: letter, hard: true, reason: 'unknown-user', suppressed: true },
  ]);
});

test('one to an address that the reader has changed since is written down, and that is all', async () => {
  await using sending = await confirmationTo('ana@news.test');
  const { db, comesBack } = sending;
  await db.updateTable('subscribers').set({ addressChanges: 1 }).execute();
  await comesBack(gone('ana@news.test'));
  expect(await db.selectFrom('suppressions').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('subscriptions').select('state').execute()).toEqual([
    { state: 'pending' },
  ]);
  expect(await db.selectFrom('bounces').select('suppressed').execute()).toEqual([
    { suppressed: false },
  ]);
});
