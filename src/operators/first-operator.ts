import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import { anyOperator, createOperator, InvalidOperator } from './accounts.ts';
import { audit } from './audit.ts';
import { firstLinkHolds, makeSetupLink } from './setup-links.ts';

/**
 * Sees to it that somebody can come in: while there is no operator, makes the one of the environment, or
 * else a one-time set-up link; unless `anew`, only where no link of before can still be used. Answers the
 * link's path, to be printed behind PUBLIC_URL; undefined when none was made. Of two processes that start at
 * once, one makes the operator or the link. Throws InvalidOperator, which names the variable that is wrong.
 */
export async function ensureFirstOperator(
  db: Db,
  operator: { email: string; password: string } | undefined,
  { anew = true }: { anew?: boolean } = {},
): Promise<string | undefined> {
  if (await anyOperator(db)) return undefined;
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('gaceta-first-operator'))`.execute(tx);
    if (await anyOperator(tx)) return undefined;
    if (!operator && !anew && (await firstLinkHolds(tx))) return undefined;
    if (!operator) return `/console/setup/${await makeSetupLink(tx, 'first')}`;
    const made = await createOperator(tx, { ...operator, role: 'owner' }).catch(named);
    await audit(tx, { kind: 'system' }, 'create', `operator ${made.id}`);
    return undefined;
  });
}

function named(error: unknown): never {
  if (!(error instanceof InvalidOperator)) throw error;
  const variable = error.fault === 'email' ? 'OPERATOR_EMAIL' : 'OPERATOR_PASSWORD';
  throw new InvalidOperator(error.fault, `${variable}: ${error.message}`);
}
