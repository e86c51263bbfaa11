import connectPgSimple from 'connect-pg-simple';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { sql } from 'kysely';
import type { Context } from '../../../context.ts';
import { getActiveOperator, type Operator } from '../../../operators/accounts.ts';

declare module 'express-session' {
  interface SessionData {
    operatorId: string;
    /** Said once, on the next page: a key of the console's strings, and its values. */
    message: { key: string; good: boolean; values?: Record<string, string> };
  }
}

const DAYS = 14;

/** Sessions of operators, in the database: any web process knows them, and an operator's end with them. */
export function sessions(context: Context): RequestHandler {
  const { publicUrl, publicPath } = context.config;
  const secure = publicUrl.startsWith('https:');
  const name = cookieName(secure, publicPath);
  const Store = connectPgSimple(session);
  const handle = session({
    store: new Store({
      pool: context.pool,
      tableName: 'sessions',
      // old ones go at the next sign-in; a timer here would outlive tests and stops
      pruneSessionInterval: false,
      errorLog: (err: unknown) => context.log.warn({ err }, 'sessions'),
    }),
    name,
    secret: [...context.secrets],
    resave: false,
    saveUninitialized: false,
    rolling: true,
    unset: 'destroy',
    proxy: true,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      secure,
      path: name.startsWith('__Host-') ? '/' : `${publicPath}/console`,
      maxAge: DAYS * 24 * 60 * 60 * 1000,
    },
  });
  return (req, res, next) => {
    // A proxy that ends TLS need not say so: PUBLIC_URL does. Else no cookie would be set, without a word.
    if (secure) req.headers['x-forwarded-proto'] = 'https';
    handle(req, res, (error) => {
      if (!error) redirectOnceSaved(req, res, next);
      next(error);
    });
  };
}

/**
 * A redirect waits until the session is kept: sent before, the browser may ask for the next page before the
 * message that it is to show, or the way back from what was done, is in the database.
 */
function redirectOnceSaved(req: Request, res: Response, next: NextFunction): void {
  const redirect = res.redirect.bind(res);
  res.redirect = (...given: [string] | [number, string] | [string, number]) => {
    const go = () => {
      const [a, b] = given;
      if (typeof a === 'number' && typeof b === 'string') redirect(a, b);
      else redirect(String(a));
    };
    const holds = req.session && Object.keys(req.session).some((key) => key !== 'cookie');
    // What holds nothing is not kept, and an ended one is gone.
    if (!holds) return go();
    settled((done) => req.session.save(done)).then(go, next);
  };
}

// __Host- keeps a sibling domain from planting a cookie here, but goes to every path of the host: under a path
// of its own Gaceta has neighbours, who are to see none.
function cookieName(secure: boolean, publicPath: string): string {
  if (!secure) return 'gaceta';
  return publicPath === '' ? '__Host-gaceta' : '__Secure-gaceta';
}

/** Begins a session of an operator under a new id: one that was known before signing in is worth nothing. */
export async function beginSession(context: Context, req: Request, operator: Operator) {
  await settled((done) => req.session.regenerate(done));
  req.session.operatorId = operator.id;
  await settled((done) => req.session.save(done));
  await context.db.deleteFrom('sessions').where('expire', '<', new Date()).execute();
}

export async function endSession(req: Request): Promise<void> {
  await settled((done) => req.session.destroy(done));
}

/** Ends every session of an operator: of other browsers too. */
export async function endSessionsOf(context: Context, operatorId: string): Promise<void> {
  await context.db
    .deleteFrom('sessions')
    .where(sql`sess ->> 'operatorId'`, '=', operatorId)
    .execute();
}

/** Who is signed in; an operator disabled meanwhile is nobody. */
export async function signedIn(context: Context, req: Request): Promise<Operator | undefined> {
  const id = req.session.operatorId;
  return id === undefined ? undefined : getActiveOperator(context.db, id);
}

function settled(start: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error) reject(error instanceof Error ? error : new Error('The session cannot be kept.'));
      else resolve();
    });
  });
}
