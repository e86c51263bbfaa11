import type { RequestHandler } from 'express';
import pg from 'pg';
import { tryLater } from './problem.ts';

// Together within five seconds: browsers, proxies and people give up later than that.
const PATIENCE_MS = 3_500;
const ANSWER_MS = 1_000;

/**
 * Answers 503 in the place of a request that waits for a database which has stopped answering (a frozen machine, a
 * disk that hangs), which no connection notices by itself. A slow answer of a database that works is waited for.
 */
export function answerForSilentDatabase(databaseUrl: string): RequestHandler {
  return (_req, res, next) => {
    const look = async () => {
      const silent = !(await answers(databaseUrl));
      if (res.headersSent || res.destroyed) return;
      if (silent) next(tryLater(503, 5, 'The database does not answer at the moment.'));
      else timer = setTimeout(look, PATIENCE_MS);
    };
    let timer = setTimeout(look, PATIENCE_MS);
    res.once('close', () => clearTimeout(timer));
    next();
  };
}

/** Whether a connection of its own is answered: those of the pool may all be waiting. */
async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    application_name: 'gaceta-probe',
  });
  client.on('error', () => undefined); // the query below says so
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    // refused or too many: the request itself is told, and sooner
    return !/timeout/i.test((error as Error).message);
  } finally {
    void client.end().catch(() => undefined);
  }
}
