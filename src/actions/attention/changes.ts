import type { Context } from '../../context.ts';
import type { DbOrTransaction } from '../../database/connection.ts';
import type { AttentionChange } from './record.ts';

/**
 * The one place that passes on what began to need a person and what is over: called once for each, in the transaction
 * that wrote it down. Whatever tells somebody of it is queued here.
 */
export async function tellChanges(
  _tx: DbOrTransaction,
  log: Context['log'],
  changes: AttentionChange[],
): Promise<void> {
  for (const { state, cause, subject } of changes)
    log.warn(
      { cause, subject },
      state === 'raised' ? 'somebody is needed' : 'nobody is needed any more',
    );
}
