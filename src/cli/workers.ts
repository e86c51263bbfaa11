import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { workersAlive } from '../deliveries/stalled-editions.ts';
import { note } from './output.ts';

/** Whether some worker holds a lease at this moment. */
export const anyWorker = async (db: DbOrTransaction): Promise<boolean> =>
  (await workersAlive(db)) > 0;

export const NO_WORKER =
  'No worker is running, so nothing goes out yet: start one with "npm start" or "npx gaceta worker".';

/** Says, at each send, that the embedded mailbox takes all mail. */
export function noteMailbox({ mailbox }: Context): void {
  if (mailbox) note(`Nothing leaves this machine: messages go to the mailbox, ${mailbox.pageUrl}`);
}
