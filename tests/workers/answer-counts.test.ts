import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { providerDays } from '../../src/deliveries/answer-causes.ts';
import { forgetAnswers, recentAnswers } from '../../src/deliveries/answer-counts.ts';
import { receiverLimits } from '../../src/deliveries/receiver-limits.ts';
import { freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { openSending } from '../deliveries/fixtures/sending.ts';
import { eventually } from '../harness/eventually.ts';
import { openLetters } from './letters/fixtures/letters.ts';

test('what a relay answers about an edition is counted by relay and by receivers, its words without addresses', async () => {
  await using sending = await openSending({
    react: (step, line) => {
      if (step !== 'rcpt') return undefined;
      if (line.includes('reader-1.')) return { reply: '550 5.1.1 <reader-1@news.test> unknown' };
      if (line.includes('reader-2.')) return { reply: '450 4.2.0 later' };
      return undefined;
    },
  });
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 12));
  await sql`update subscribers set receiver_group = 'google' where email like 'reader-3.%'`.execute(
    db,
  );
  await sending.send(edition, ['google']);
  await eventually(async () => {
    const relay = (await recentAnswers(db, 'relay')).get('sink');
    expect(relay?.day).toEqual({ sent: 10, deferred: 1, refused: 1, lost: 0 });
  });
  const relay = (await recentAnswers(db, 'relay')).get('sink');
  expect(relay).toMatchObject({ lately: relay?.day, sentToday: 10 });
  expect(relay?.words?.text).not.toContain('reader-1@');
  expect(relay?.words?.text).toMatch(/^(450 4.2.0 later|550 5.1.1 )/);
  const days = await eventually(async () => {
    const found = (await providerDays(db)).filter(({ causes }) => causes.length > 0);
    expect(found).toHaveLength(1);
    return found;
  });
  expect(days).toMatchObject([{ receiverGroup: 'rest', deferred: 1, refused: 1 }]);
  expect(days[0]?.causes).toEqual([
    { answer: 'deferred', cause: 'other', messages: 1 },
    { answer: 'refused', cause: 'mailbox', messages: 1 },
  ]);
  const groups = await recentAnswers(db, 'receiverGroup');
  expect(groups.get('google')?.day).toMatchObject({ sent: 1, refused: 0 });
  expect(groups.get('rest')?.day).toMatchObject({ sent: 9, refused: 1 });
  await sql`update answer_counts set hour = hour - interval '9 days' where receiver_group = 'google'`.execute(
    db,
  );
  await forgetAnswers(db);
  expect((await recentAnswers(db, 'receiverGroup')).get('google')).toBeUndefined();
  expect((await recentAnswers(db, 'receiverGroup')).get('rest')).toBeDefined();
});

test('a group of receivers that asks for fewer is written down as held back', async () => {
  await using sending = await openSending({
    react: (step) => (step === 'rcpt' ? { reply: '451 4.7.0 too many messages' } : undefined),
  });
  const { db } = sending;
  const edition = await freezeEdition(db, await makeReaders(db, 8));
  await sql`update subscribers set receiver_group = 'google'`.execute(db);
  void sending.send(edition, ['google']);
  await eventually(async () => {
    const held = (await receiverLimits(db)).get('google');
    expect(held?.perSecond).toBeGreaterThan(0);
    expect(held?.perSecond).toBeLessThanOrEqual(1);
  });
});

test('letters count as well', async () => {
  await using sending = await openLetters();
  await sending.send(await sending.write());
  await sending.letters.stop();
  expect((await recentAnswers(sending.db, 'relay')).get('sink')?.day.sent).toBe(1);
});
