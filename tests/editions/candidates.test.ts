import { describe, expect, test } from 'vitest';
import { arrange, type Candidate } from '../../src/editions/candidates.ts';

const sections = [
  { slug: 'news', articleLimit: 2 },
  { slug: 'updates', articleLimit: 1 },
];
const found = (id: string, section: string | null, story = id): Candidate => ({
  id,
  story,
  section,
  publishedAt: new Date('2026-11-24T05:00:00Z'),
});
const ids = (...args: Parameters<typeof arrange>) => arrange(...args).map(({ id }) => id);

describe('the order of an edition', () => {
  test('is by section, as many of each as it takes, best first', () => {
    const all = [found('1', 'updates'), found('2', 'news'), found('3', 'updates')];
    expect(arrange([...all, found('4', 'news'), found('5', 'news')], sections)).toEqual([
      { id: '2', section: 'news' },
      { id: '4', section: 'news' },
      { id: '1', section: 'updates' },
    ]);
  });

  test('puts what has no section, or one that is gone, into the first', () => {
    expect(ids([found('1', 'updates'), found('2', null)], sections)).toEqual(['2', '1']);
    expect(ids([found('1', 'updates'), found('2', 'gone')], sections)).toEqual(['2', '1']);
  });

  test('keeps translations together, in the section that one of them has, and counts them as one', () => {
    const all = [found('1', null, 'a'), found('2', 'news'), found('3', 'updates', 'a')];
    expect(ids([...all, found('4', 'updates')], sections)).toEqual(['2', '1', '3']);
  });

  test('without sections is one list of at most twenty', () => {
    const all = Array.from({ length: 30 }, (_, at) => found(String(at), null));
    expect(arrange(all, [])).toEqual(all.slice(0, 20).map(({ id }) => ({ id, section: null })));
  });
});
