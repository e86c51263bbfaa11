import type { Context } from '../../context.ts';
import type { DbOrTransaction } from '../../database/connection.ts';
import { tellOfAttention } from '../../webhooks/messages.ts';
import { queueAlerts } from './alerts.ts';
import type { AttentionChange } from './record.ts';

/**
 * The one place that passes on what began to need a person and what is over: called once for each, in the transaction
 * that wrote it down. Whatever tells somebody of it is queued here.
 */
export async function tellChanges(
  tx: DbOrTransaction,
  { config, log }: Pick<Context, 'config' | 'log'>,
  changes: AttentionChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await tellOfAttention(tx, changes);
  for (const { state, cause, subject } of changes)
    log.warn(
      { cause, subject },
      state === 'raised' ? 'somebody is needed' : 'nobody is needed any more',
    );
  await queueAlerts(tx, changes, config.alertTo);
}
