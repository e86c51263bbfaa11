import { beforeAll, describe, expect, test } from 'vitest';
import { addSubscriber } from '../../src/letters/added-by-operator.ts';
import { withoutRequest } from '../../src/subscribers/consent-evidence.ts';
import {
  countLeavingReasons,
  joinReason,
  listLeavingReasons,
  saveUnsubscribeReason,
} from '../../src/subscribers/leaving-reasons.ts';
import { endSubscriptions } from '../../src/subscribers/subscriptions/end.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { hashAddress, makeNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const ids: Record<string, string> = {};
const consent = { source: 'fair', at: '2026-01-01T10:00:00Z' };

beforeAll(async () => {
  for (const slug of ['daily', 'weekend']) ids[slug] = (await makeNewsletter(db, slug)).id;
  const given: [string, string, string][] = [
    ['often', '', '2026-11-01T08:00:00Z'],
    ['', '=1+1 <script>', '2026-11-02T08:00:00Z'],
    ['never', 'I did not: really', '2026-11-02T08:00:00Z'],
    ['', 'often', '2026-11-04T08:00:00Z'],
  ];
  for (const [n, [reason, words, at]] of given.entries()) {
    const input = { email: `r${n}@example.org`, newsletter: ['daily', 'weekend'], consent };
    const now = new Date(at);
    const { id } = await db
      .transaction()
      .execute((tx) => addSubscriber(tx, input, { hashAddress, origin: 'x', now }));
    const newsletter = ids[n === 3 ? 'weekend' : 'daily'];
    await endSubscriptions(
      db,
      [{ subscriber: id, newsletter, evidence: withoutRequest('operator') }],
      now,
    );
    await saveUnsubscribeReason(db, id, now, joinReason(reason, words));
  }
});

describe('why readers unsubscribed', () => {
  test('is listed the newest first, page by page', async () => {
    const words: unknown[] = [];
    for (let cursor: string | undefined; ; ) {
      const { data, next } = await listLeavingReasons(db, { limit: 1, cursor });
      words.push(...data.map((one) => [one.newsletter, one.reason, one.words]));
      if (next === null) break;
      cursor = next;
    }
    expect(words).toEqual([
      // what was written in the words of a choice is that choice
      ['weekend', 'often', ''],
      ['daily', 'never', 'I did not: really'],
      ['daily', null, '=1+1 <script>'],
      ['daily', 'often', ''],
    ]);
  });

  test.each([
    [{ newsletter: 'daily' }, 3],
    [{ newsletter: 'none' }, 0],
    [{ after: new Date('2026-11-02T08:00:00Z'), before: new Date('2026-11-03T00:00:00Z') }, 2],
    [{ scope: [] }, 0],
  ])('is narrowed by %o', async (filter, count) => {
    expect((await listLeavingReasons(db, { ...filter, limit: 10 })).data).toHaveLength(count);
    const counts = await countLeavingReasons(db, filter);
    expect(counts.reduce((sum, one) => sum + one.count, 0)).toBe(count);
  });

  test('is counted by what was ticked', async () => {
    expect(await countLeavingReasons(db, {})).toEqual([
      { reason: 'often', count: 2 },
      { reason: 'never', count: 1 },
      { reason: 'none', count: 1 },
    ]);
  });
});
