import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import english from '../../src/locales/en/console/audit.ts';

const root = join(import.meta.dirname, '../..');
const keyOf = (word: string) =>
  word.replaceAll(/[^a-z]+(\w)/g, (_, next: string) => next.toUpperCase());

/** The actions and the kinds of objects that calls of `audit(tx, actor, action, object)` name in so many words. */
function audited(): { actions: Set<string>; objects: Set<string> } {
  const actions = new Set<string>();
  const objects = new Set<string>();
  for (const folder of ['src', 'workers'])
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts'))
        for (const call of readFileSync(join(root, folder, file), 'utf8')
          .split(/\baudit\(/)
          .slice(1)) {
          // the actor is an object at times: its commas and quotes say nothing
          const [, , action = '', object = ''] = (call.split(';')[0] ?? '')
            .replaceAll(/(?<!\$)\{[^{}]*\}/g, '')
            .split(',');
          for (const [, word] of action.matchAll(/'([a-z][a-z -]*)'/g)) if (word) actions.add(word);
          for (const [, word] of object.matchAll(/['`]([a-z][a-z -]*?)(?: \$\{[^`]*)?['`]/g))
            if (word) objects.add(word);
        }
  return { actions, objects };
}

test('the audit page has words for what is done, and for what it is done to', () => {
  const { actions, objects } = audited();
  expect(actions.size).toBeGreaterThan(50);
  expect(objects.size).toBeGreaterThan(15);
  for (const action of ['erase', 'move', 'section', 'unsubscribe']) actions.add(`bulk ${action}`);
  expect([...actions].filter((word) => !(keyOf(word) in english.actions))).toEqual([]);
  expect([...objects].filter((word) => !(keyOf(word) in english.objects))).toEqual([]);
});
