import type { DbOrTransaction } from '../database/connection.ts';
import { type Composing, composeEdition } from '../editions/compose.ts';
import { InvalidEdition } from '../editions/errors.ts';
import { startEdition } from '../editions/freeze.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { awaitPictures } from './await-pictures.ts';
import type { Done } from './commit.ts';

/**
 * Composes an edition, or finds the one of that date, and with `send` starts it for all its readers at
 * once, unless it was started before: pressed twice, or from two processes, it is sent once.
 * Throws NewsletterNotFound, NothingNew, UnknownArticles, InvalidEdition.
 */
export async function composeAndSend(
  tx: DbOrTransaction,
  actor: Actor,
  { send, ...composing }: Composing & { send: boolean },
): Promise<Done<{ id: string; made: boolean; started: boolean }>> {
  const { now, sendAt } = composing;
  if (sendAt && send)
    throw new InvalidEdition([
      { pointer: '/send', detail: 'goes without sendAt: an edition starts now or at its time' },
    ]);
  if (sendAt && sendAt < now)
    throw new InvalidEdition([
      { pointer: '/sendAt', detail: 'lies in the past: choose a later time, or send it now' },
    ]);
  const { id, made } = await composeEdition(tx, composing);
  if (made) await audit(tx, actor, 'compose', `edition ${id}`, { kind: composing.kind });
  if (send) await awaitPictures(tx, id);
  const started = send && (await startEdition(tx, id, { due: 'now', now }));
  if (started) await audit(tx, actor, 'send', `edition ${id}`);
  return {
    value: { id, made, started },
    ...(started ? { enqueue: (queues) => queues.enqueuePlan(id) } : {}),
  };
}
