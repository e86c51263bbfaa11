import type { Request, RequestHandler, Response } from 'express';
import type { Context } from '../../../context.ts';
import type { Db } from '../../../database/connection.ts';
import type { SignInMethod } from '../../../database/tables.ts';
import type { Operator } from '../../../operators/accounts.ts';
import * as stored from '../../../operators/sessions.ts';
import { cookieOf } from './cookies.ts';

/** What the console keeps between two pages; each room of it adds its own. */
export interface SessionData {
  /** Said once, on the next page: a key of the console's strings, and its values. */
  message: { key: string; good: boolean; values?: Record<string, string> };
}

/** The session of the operator who is signed in. Every change is in the database when its promise is kept. */
export interface Session {
  /** Names the session without opening it. */
  id: string;
  operator: Operator;
  method: SignInMethod;
  createdAt: Date;
  data: Partial<SessionData>;
  keep(data: Partial<SessionData>): Promise<void>;
  /** Removes a value and answers it. */
  take<K extends keyof SessionData>(name: K): Promise<SessionData[K] | undefined>;
  end(): Promise<void>;
}

declare global {
  namespace Express {
    interface Request {
      /** Undefined: nobody is signed in. */
      session?: Session | undefined;
    }
  }
}

/** Finds the session that the request's cookie names: any web process does. Nobody's request writes anything. */
export function sessions(context: Context): RequestHandler {
  const cookie = sessionCookie(context);
  return async (req, _res, next) => {
    const secret = cookie.read(req);
    if (secret !== undefined) req.session = await openSession(context.db, secret);
    next();
  };
}

async function openSession(db: Db, secret: string): Promise<Session | undefined> {
  const found = await stored.findSession(db, secret);
  if (!found) return undefined;
  const { idHash, operator, method, createdAt } = found;
  const data = found.data as Partial<SessionData>;
  return {
    id: idHash.toString('base64url'),
    operator,
    method,
    createdAt,
    data,
    async keep(values) {
      Object.assign(data, values);
      await stored.keepInSession(db, idHash, values);
    },
    async take(name) {
      if (!(name in data)) return undefined;
      delete data[name];
      return (await stored.takeFromSession(db, idHash, name)) as never;
    },
    end: () => stored.endSession(db, idHash),
  };
}

/** Begins a session under a new secret; one that the browser came with ends. */
export async function beginSession(
  context: Context,
  req: Request,
  res: Response,
  operator: Operator,
  method: SignInMethod,
): Promise<void> {
  await req.session?.end();
  const secret = await stored.beginSession(context.db, operator.id, {
    method,
    userAgent: req.get('User-Agent') ?? null,
    originAddress: req.ip ?? null,
  });
  req.session = await openSession(context.db, secret);
  sessionCookie(context).write(res, secret);
}

/** Signs this browser out. */
export async function endSession(context: Context, req: Request, res: Response): Promise<void> {
  await req.session?.end();
  req.session = undefined;
  sessionCookie(context).clear(res);
}

const sessionCookie = ({ config }: Context) => cookieOf(config, 'gaceta', stored.SESSION_MS);
