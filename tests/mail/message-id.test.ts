import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { queueLetter } from '../../src/letters/letters.ts';
import { freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { startWorkers, type Workers } from '../deliveries/fixtures/workers.ts';
import { eventually } from '../harness/eventually.ts';

const ID = /^Message-ID: <(.*)>\r$/im;

/** Sends the first edition and the first letter of a new installation; the letter's first copy loses its answer. */
async function firstMessages(): Promise<{ letters: string[]; editions: string[] }> {
  let lost = false;
  await using workers: Workers = await startWorkers(1, {
    sink: {
      react(step, to) {
        if (step !== 'dot' || !to.includes('editor') || lost) return undefined;
        lost = true;
        return { drop: true, taken: true };
      },
    },
  });
  const { context, sink } = workers;
  const { db } = context;
  const edition = await freezeEdition(db, await makeReaders(db, 1));
  await workers.plan(edition);
  const content = { edition, language: null, sections: null };
  const email = 'editor@news.test';
  const letter = await queueLetter(db, { kind: 'test', email, language: 'en', content });
  await context.queues.enqueueLetters([letter]);
  const copies = () => sink.received.filter((message) => message.to === email);
  await eventually(() => expect(copies()).toHaveLength(1));
  await eventually(async () => {
    const { rows } = await sql`
      update letters set next_at = now() where id = ${letter} and state = 'queued' and uncertain_at is not null
      returning 1`.execute(db);
    expect(rows).toHaveLength(1);
  });
  await context.queues.enqueueLetters([letter]);
  await eventually(() => expect(sink.accepted).toHaveLength(3));
  const ids = sink.received.map((message) => ({
    to: message.to,
    id: ID.exec(message.bytes.toString('latin1'))?.[1] ?? 'none',
  }));
  return {
    letters: ids.filter(({ to }) => to === email).map(({ id }) => id),
    editions: ids.filter(({ to }) => to !== email).map(({ id }) => id),
  };
}

test('a letter keeps its Message-ID at a second try, and a new installation on the same domain repeats none', async () => {
  const [one, other] = [await firstMessages(), await firstMessages()];
  expect(one.letters).toHaveLength(2);
  expect(one.letters[0]).toMatch(/^letter-\d+\.[0-9a-f]{10}@news\.test$/);
  expect(one.letters[1]).toBe(one.letters[0]);
  expect(one.editions[0]).toMatch(/^edition-\d+\.reader-\d+\.[0-9a-f]{10}@news\.test$/);
  expect(
    new Set([one, other].flatMap(({ letters, editions }) => [...letters, ...editions])).size,
  ).toBe(4);
});
