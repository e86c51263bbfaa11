import { stringify } from 'csv-stringify/sync';
import type { DbOrTransaction } from '../database/connection.ts';
import { type AuditFilter, listAudit } from '../operators/audit-log.ts';

const PAGE = 1000;
const header = ['id', 'at', 'actor', 'name', 'action', 'object', 'origin', 'detail'];

/** The audit as CSV, newest first, a thousand lines at a time. */
export async function* auditCsv(db: DbOrTransaction, filter: AuditFilter): AsyncGenerator<string> {
  yield stringify([header]);
  for (let after: string | undefined; ; ) {
    const { data, next } = await listAudit(db, { ...filter, limit: PAGE, after });
    yield stringify(
      data.map(({ id, at, actor, action, object, origin, detail }) => [
        id,
        at.toISOString(),
        actor.id === null ? actor.kind : `${actor.kind} ${actor.id}`,
        plain(actor.name ?? ''),
        plain(action),
        plain(object),
        origin,
        detail === null ? '' : JSON.stringify(detail),
      ]),
    );
    if (next === null) return;
    after = next;
  }
}

/** What a spreadsheet would run as a formula gets a ' before it. */
const plain = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
