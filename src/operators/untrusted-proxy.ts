import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';

const KEY = 'untrustedProxySeenAt';
const DAYS = 7;

/** Notes that a request came through a proxy while TRUST_PROXY was unset. */
export const noteUntrustedProxy = (db: DbOrTransaction): Promise<void> =>
  putSetting(db, KEY, new Date().toISOString());

/** Whether that was seen within the last week. Only of interest while TRUST_PROXY is unset. */
export async function untrustedProxySeen(db: DbOrTransaction): Promise<boolean> {
  const at = await getSetting(db, KEY, z.iso.datetime());
  return at !== undefined && Date.now() - Date.parse(at) < DAYS * 86_400_000;
}
