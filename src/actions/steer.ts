import type { DbOrTransaction } from '../database/connection.ts';
import { resendMissed, resumeEdition } from '../deliveries/control.ts';
import type { RangeTicket } from '../deliveries/tickets.ts';
import { getEdition } from '../editions/editions.ts';
import { EditionNotFound } from '../editions/errors.ts';
import { startEdition } from '../editions/freeze.ts';
import { type Change, cancelEdition, pauseEdition } from '../editions/transitions.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { readId } from '../text/id.ts';
import { awaitPictures } from './await-pictures.ts';
import type { Done } from './commit.ts';

/** What can be done to an edition that is there. */
export const steers = ['send', 'pause', 'resume', 'cancel', 'resend-missed'] as const;
export type Steer = (typeof steers)[number];

/** The edition is in a state from which it cannot be sent. */
export class CannotSend extends Error {
  override name = 'CannotSend';
  readonly state: 'paused' | 'cancelled';
  constructor(state: 'paused' | 'cancelled') {
    super(
      state === 'paused'
        ? 'This edition is paused: resume it.'
        : 'This edition was cancelled: prepare another one.',
    );
    this.state = state;
  }
}

/**
 * Does one of these to an edition. Done before, by anybody, it changes nothing and is no error: two
 * operators may press the same button. Throws EditionNotFound, or what the ledger says to a wrong state.
 */
export async function steerEdition(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  steer: Steer,
  now: Date,
): Promise<Done<{ changed: boolean }>> {
  const { changed, tickets = [] } = await doSteer(tx, id, steer, now);
  if (!changed) return { value: { changed } };
  await audit(tx, actor, steer, `edition ${id}`);
  return {
    value: { changed },
    enqueue: (queues) =>
      steer === 'send' ? queues.enqueuePlan(id) : queues.enqueueRanges(tickets),
  };
}

async function doSteer(
  tx: DbOrTransaction,
  id: string,
  steer: Steer,
  now: Date,
): Promise<Change & { tickets?: RangeTicket[] }> {
  switch (steer) {
    case 'send':
      return { changed: await send(tx, id, now) };
    case 'pause':
      return pauseEdition(tx, id);
    case 'resume':
      return resumeEdition(tx, id);
    case 'cancel':
      return cancelEdition(tx, id);
    case 'resend-missed':
      return resendMissed(tx, id);
  }
}

async function send(tx: DbOrTransaction, id: string, now: Date): Promise<boolean> {
  if (readId(id)) await awaitPictures(tx, id);
  if (await startEdition(tx, id, { due: 'now', now })) return true;
  const edition = await getEdition(tx, id);
  if (!edition) throw new EditionNotFound(id);
  if (edition.state === 'paused' || edition.state === 'cancelled')
    throw new CannotSend(edition.state);
  return false;
}
