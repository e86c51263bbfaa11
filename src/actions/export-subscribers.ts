import type { DbOrTransaction } from '../database/connection.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { SubscriberFilter } from '../subscribers/filter.ts';

/**
 * Writes down that readers were exported, and by which filter: what was searched for may be an address, so the audit,
 * which outlives an erasure, only says that something was.
 */
export function auditExport(
  db: DbOrTransaction,
  actor: Actor,
  filter: SubscriberFilter,
): Promise<void> {
  const { newsletter, search, emailKey, state, section, language } = filter;
  const { joinedAfter, joinedBefore, suppressed } = filter;
  const named = Object.entries({
    state,
    section,
    language,
    joinedAfter,
    joinedBefore,
    suppressed,
    ...(search || emailKey ? { search: true } : {}),
  });
  const detail = Object.fromEntries(named.filter(([, value]) => value !== undefined));
  return audit(
    db,
    actor,
    'export',
    newsletter === undefined ? 'subscribers' : `newsletter ${newsletter}`,
    Object.keys(detail).length > 0 ? detail : undefined,
  );
}
