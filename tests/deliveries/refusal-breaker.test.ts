import { expect, test } from 'vitest';
import { RefusalBreaker } from '../../src/deliveries/refusal-breaker.ts';
import type { Outcome } from '../../src/relays/outcome.ts';

const sent: Outcome = { message: 'sent' };
const noMailbox: Outcome = { message: 'failed', reason: 'refused', recipient: 'gone' };

/** How often an edition of ten thousand must pause while so many recipients are answered so. */
function noter() {
  const breaker = new RefusalBreaker({ anySent: true, audience: 10_000 });
  let reader = 0;
  const note = (outcome: Outcome, times: number) => {
    let pauses = 0;
    for (let time = 0; time < times; time += 1)
      if (breaker.note(String(++reader), outcome, null)) pauses += 1;
    return pauses;
  };
  return { breaker, note };
}

test('only the last hundred recipients count', () => {
  const { note } = noter();
  expect(note(noMailbox, 50)).toBe(0);
  expect(note(sent, 60)).toBe(0);
  // ten of the first fifty have dropped out: forty and ten more are fifty
  expect(note(noMailbox, 10)).toBe(0);
  // the forty drop out one by one as new ones come in, and stay fifty together
  expect(note(noMailbox, 30)).toBe(0);
  expect(note(sent, 100)).toBe(0);
  expect(note(noMailbox, 50)).toBe(0);
  expect(note(noMailbox, 1)).toBe(1);
});

test('what an operator has looked at is forgotten', () => {
  const { breaker, note } = noter();
  expect(note(noMailbox, 51)).toBe(1);
  breaker.forget();
  expect(note(noMailbox, 50)).toBe(0);
  expect(note(noMailbox, 1)).toBe(1);
});

test('who is refused once more after an operator looked at it is no news', () => {
  const { breaker } = noter();
  let pauses = 0;
  for (let reader = 0; reader < 200; reader += 1)
    if (breaker.note(String(reader), noMailbox, 'refused')) pauses += 1;
  expect(pauses).toBe(0);
});

test('what a relay says of us at one reader is contradicted by who is taken after that', () => {
  const { breaker } = noter();
  breaker.took('sink', 5);
  expect(breaker.noteAboutUs('1', 'sink', 10)).toBeUndefined();
  // began before it was said: it says nothing against it
  breaker.took('sink', 9);
  expect(breaker.noteAboutUs('1', 'sink', 20)).toBe(0);
  breaker.took('sink', 21);
  expect(breaker.noteAboutUs('1', 'sink', 30)).toBe(1);
  expect(breaker.noteAboutUs('2', 'sink', 31)).toBeUndefined();
  breaker.took('sink', 32);
  expect(breaker.noteAboutUs('1', 'sink', 40)).toBe(2);
  // what another relay takes says nothing of this one
  breaker.took('second', 45);
  // said of this one, and nobody was taken since
  expect(breaker.noteAboutUs('1', 'sink', 50)).toBe(0);
});
