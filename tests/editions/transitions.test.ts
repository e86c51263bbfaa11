import { beforeEach, describe, expect, test } from 'vitest';
import type { DbOrTransaction } from '../../src/database/connection.ts';
import type { EditionState, HeldBy } from '../../src/database/tables.ts';
import { EditionNotFound, WrongEditionState } from '../../src/editions/errors.ts';
import * as transitions from '../../src/editions/transitions.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { newNewsletter } from './fixtures/newsroom.ts';

const { db } = await openFreshDatabase();
const newsletter = await newNewsletter(db);
const now = new Date('2026-11-24T06:00:00Z');
const later = new Date('2026-11-24T07:00:00Z');
const earlier = new Date('2026-11-24T05:00:00Z');
let number = 0;

beforeEach(async () => {
  await db.deleteFrom('revisions').execute();
  await db.deleteFrom('editions').execute();
});

async function editionIn(state: EditionState, more: object = {}): Promise<string> {
  number += 1;
  const began = state !== 'draft' && state !== 'scheduled';
  const { id } = await db
    .insertInto('editions')
    .values({
      newsletterId: newsletter.id,
      number,
      kind: 'special',
      localDate: '2026-11-24',
      state,
      sendAt: later,
      statusText: began ? 'sink: nothing listens' : null,
      frozenAt: began ? earlier : null,
      plannedAt: began ? earlier : null,
      revision: began ? 1 : 0,
      createdAt: earlier,
      ...more,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

const read = (id: string) =>
  db
    .selectFrom('editions')
    .select(['state', 'heldBy', 'statusText'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();

const states: EditionState[] = ['draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled'];
type Transition = (tx: DbOrTransaction, id: string) => Promise<unknown>;
const all: [
  string,
  Transition,
  Partial<Record<EditionState, [EditionState, HeldBy | null]>>,
  more?: object,
][] = [
  [
    'schedule',
    (tx, id) => transitions.schedule(tx, id, later),
    { draft: ['scheduled', null], scheduled: ['scheduled', null] },
  ],
  [
    'unschedule',
    transitions.unschedule,
    { draft: ['draft', 'editor'], scheduled: ['draft', 'editor'] },
  ],
  ['approve', (tx, id) => transitions.approve(tx, id, now), { draft: ['scheduled', null] }],
  [
    'adoptDraft',
    (tx, id) => transitions.adoptDraft(tx, id, { sendAt: later, review: false }),
    { draft: ['scheduled', null] },
    { sendAt: null },
  ],
  ['holdMissed', (tx) => transitions.holdMissed(tx, later), { scheduled: ['draft', 'missed'] }],
  [
    'cancelEmpty',
    (tx, id) => transitions.cancelEmpty(tx, id, now),
    { scheduled: ['cancelled', 'nothing'] },
  ],
  [
    'start',
    (tx, id) => transitions.start(tx, id, { content: {} as never, due: 'now', frozenAt: now, now }),
    { draft: ['sending', null], scheduled: ['sending', null] },
  ],
  ['pauseEdition', transitions.pauseEdition, { sending: ['paused', null] }],
  [
    'pauseForRefusals',
    (tx, id) => transitions.pauseForRefusals(tx, id, 'sink: 554 spam'),
    { sending: ['paused', 'refusals'] },
  ],
  ['continueEdition', transitions.continueEdition, { paused: ['sending', null] }],
  [
    'cancelEdition',
    transitions.cancelEdition,
    {
      draft: ['cancelled', null],
      scheduled: ['cancelled', null],
      sending: ['cancelled', null],
      paused: ['cancelled', null],
    },
  ],
  [
    'takeUpAgain',
    transitions.takeUpAgain,
    { sent: ['sending', null], cancelled: ['sending', null] },
  ],
  [
    'finishEditions',
    transitions.finishEditions,
    { sending: ['sent', null], cancelled: ['cancelled', null] },
  ],
];

describe.each(all)('%s', (_name, run, expected, more) => {
  test.each(states)('of an edition that is %s', async (state) => {
    const id = await editionIn(state, more);
    const before = await read(id);
    const wanted = expected[state];
    const result = await run(db, id).catch((error: unknown) => error);
    const after = await read(id);
    if (!wanted) {
      // Refused, or done before: nothing changed either way.
      expect(after).toEqual(before);
      expect([
        [],
        false,
        undefined,
        { changed: false },
        expect.any(WrongEditionState),
      ]).toContainEqual(result);
      return;
    }
    expect([after.state, after.heldBy]).toEqual(wanted);
    expect([true, state, wanted[0], { changed: true }, [id]]).toContainEqual(result);
    if (after.heldBy !== 'refusals') expect(after.statusText).toBeNull();
  });
});

test('a draft that an editor took off the schedule is put back by an editor only', async () => {
  const id = await editionIn('draft', { sendAt: null, heldBy: 'editor' });
  expect(await transitions.adoptDraft(db, id, { sendAt: later, review: false })).toBeUndefined();
  expect(await transitions.approve(db, id, now)).toBe(false);
  expect(await transitions.schedule(db, id, later)).toBe(true);
  expect(await read(id)).toMatchObject({ state: 'scheduled', heldBy: null });
});

test('of two that do the same at once one changes it', async () => {
  const id = await editionIn('sending');
  const changes = await Promise.all([1, 2].map(() => transitions.pauseEdition(db, id)));
  expect(changes.filter(({ changed }) => changed)).toHaveLength(1);
});

test.each(['999999', 'x'])('%s is no edition', async (id) => {
  await expect(transitions.pauseEdition(db, id)).rejects.toThrow(EditionNotFound);
});
