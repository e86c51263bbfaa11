import type { Context } from '../context.ts';
import { queueLetter } from '../letters/letters.ts';
import { getOperatorByEmail, OperatorNotFound } from '../operators/accounts.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { LINK_HOURS } from '../operators/setup-links.ts';
import { commit } from './commit.ts';

/**
 * Mails a link with which they choose another password to whoever signs in with this address; to nobody else, and
 * without saying so.
 */
export function mailPasswordLink(
  context: Pick<Context, 'db' | 'queues'>,
  email: string,
  actor: Actor,
): Promise<void> {
  return commit(context, async (tx) => {
    const operator = await getOperatorByEmail(tx, email).catch((error: unknown) => {
      if (error instanceof OperatorNotFound) return undefined;
      throw error;
    });
    const known = operator && !operator.disabledAt ? operator : undefined;
    const object = `operator ${known?.id ?? 'unknown'}`;
    await audit(tx, actor, 'lost password', object);
    if (!known) return { value: undefined };
    const letter = await queueLetter(tx, {
      kind: 'password',
      email: known.email,
      language: known.language,
      content: { operatorId: known.id },
      expiresAt: new Date(Date.now() + LINK_HOURS.password * 3_600_000),
    });
    return { value: undefined, enqueue: (queues) => queues.enqueueLetters([letter]) };
  });
}
