import type { Context } from '../../../context.ts';
import { editEdition } from '../../../editions/edit.ts';
import { lockEdition } from '../../../editions/freeze.ts';
import { type Actor, audit } from '../../../operators/audit.ts';
import { type EditorForm, editsOf, same } from './form.ts';
import { type EditorWindow, isOpen, openWindow, type PostedWindow } from './window.ts';

/** What came of saving: `conflict` where somebody saved since the window was opened. */
export type Saving =
  | { result: 'saved'; window: EditorWindow }
  | { result: 'unchanged' }
  | { result: 'conflict'; window: EditorWindow }
  | { result: 'over' };

/**
 * Saves a window, unless the edition is no longer what it was opened on. Throws what `editEdition`
 * throws of the changes themselves.
 */
export function saveWindow(
  { db, now }: Context,
  actor: Actor,
  { id, base, mine, articles }: PostedWindow,
): Promise<Saving> {
  return db.transaction().execute(async (tx): Promise<Saving> => {
    // Held until the end: two who save at the same moment come one after the other.
    await lockEdition(tx, id);
    const window = await openWindow(tx, id, [...articles.keys()]);
    if (!isOpen(window)) return { result: 'over' };
    if (!same(base, window.saved)) return { result: 'conflict', window };
    const { state, heldBy, sendAt } = window.draft.edition;
    const approves = state === 'draft' && heldBy === null && sendAt !== null && sendAt > now();
    if (same(base, mine) && !approves) return { result: 'unchanged' };
    await editEdition(tx, id, editsOf(mine, base, window.newsletter.timezone), now());
    const fields = changed(base, mine);
    await audit(tx, actor, 'edit', `edition ${id}`, { fields });
    return { result: 'saved', window: await openWindow(tx, id) };
  });
}

function changed(base: EditorForm, mine: EditorForm): string[] {
  const parts = [
    ['subject', base.subject, mine.subject],
    ['preheader', base.preheader, mine.preheader],
    ['introduction', base.introduction, mine.introduction],
    ['layout', base.layout, mine.layout],
    ['sendAt', base.when, mine.when],
    ['articles', [base.places, base.words], [mine.places, mine.words]],
  ] as const;
  return parts
    .filter(([, was, is]) => JSON.stringify(was) !== JSON.stringify(is))
    .map(([name]) => name);
}
