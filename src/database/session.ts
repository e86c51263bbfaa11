import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A connection of one piece of work alone, for what a pool cannot give: COPY, temporary tables, locks that last. */
export interface Session extends AsyncDisposable {
  /** A statement that is planned once, by its name, which belongs to this text alone. */
  prepared<Row extends pg.QueryResultRow = never>(
    name: string,
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Row[]; count: number }>;
  /** Statements without parameters. */
  run(text: string): Promise<void>;
  /** `copy … from stdin`, with what COPY is to read. */
  copyIn(statement: string, bytes: Buffer): Promise<void>;
}

/** Connects, and runs statements that the rest of the session needs. Disposing of it ends the connection. */
export async function openSession(
  databaseUrl: string,
  name: string,
  statements: string[],
): Promise<Session> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: name,
    keepAlive: true,
  });
  // told by the statement that is under way, or by the next
  client.on('error', () => undefined);
  await client.connect();
  await client.query(statements.join(';'));
  return {
    async prepared(statement, text, values = []) {
      const { rows, rowCount } = await client.query({ name: statement, text, values });
      return { rows, count: rowCount ?? 0 };
    },
    async run(text) {
      await client.query(text);
    },
    copyIn: (statement, bytes) =>
      pipeline(Readable.from([bytes]), client.query(copyFrom(statement))),
    [Symbol.asyncDispose]: () => client.end().catch(() => undefined),
  };
}

/** Whether an error says that the server, or the connection to it, went away: the same work may be done when it is back. */
export function isServerAway(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return (
    /^(?:08|57P0)/.test(code) ||
    ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT'].includes(code) ||
    /connection terminated|not queryable/i.test(message)
  );
}
