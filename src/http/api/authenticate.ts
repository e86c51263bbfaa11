import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Context } from '../../context.ts';
import { findApiToken, TokenExpired } from '../../operators/api-tokens.ts';
import { networkOf, originOf } from '../middleware/client-address.ts';
import { Problem } from '../middleware/problem.ts';
import { setActor } from '../middleware/roles.ts';

const headers = { 'WWW-Authenticate': 'Bearer realm="gaceta"' };

function expired(error: unknown): never {
  if (!(error instanceof TokenExpired)) throw error;
  throw new Problem(401, error.message, {
    type: 'urn:gaceta:token-expired',
    headers,
    cause: error,
  });
}

// A hundred a second: a program that runs away stops here, and none that works has to wait.
const CALLS_A_MINUTE = 6000;

/**
 * Lets in requests with an API token (RFC 6750), else 401. A network that keeps sending wrong ones is told to
 * wait (429). A good token is never counted and always good: behind a proxy everybody may seem to be one.
 */
export function authenticate(context: Context): RequestHandler {
  const wrong = new RateLimiterMemory({ points: 30, duration: 60 });
  const calls = new RateLimiterMemory({ points: CALLS_A_MINUTE, duration: 60 });
  return async (req, res, next) => {
    const secret = /^Bearer +(\S+) *$/i.exec(req.get('Authorization') ?? '')?.[1];
    const found =
      secret === undefined ? undefined : await findApiToken(context.db, secret).catch(expired);
    if (!found) {
      if (secret !== undefined) await wrong.consume(networkOf(req.ip));
      throw new Problem(
        401,
        secret === undefined
          ? 'Send an API token: Authorization: Bearer gct_… (make one with: npx gaceta tokens create --name NAME).'
          : 'This API token is not known, or was revoked.',
        { headers },
      );
    }
    const { token, scope } = found;
    await limitCalls(token.id, res);
    setActor(res, { kind: 'token', id: token.id, ...originOf(req) }, token.role, scope);
    next();
  };

  /** A token has so many calls a minute at each process, and is told how many are left. */
  async function limitCalls(id: string, res: Response): Promise<void> {
    res.set('RateLimit-Policy', `"token";q=${CALLS_A_MINUTE};w=60`);
    const told = ({ remainingPoints, msBeforeNext }: RateLimiterRes) =>
      res.set('RateLimit', `"token";r=${remainingPoints};t=${Math.ceil(msBeforeNext / 1000)}`);
    try {
      told(await calls.consume(id));
    } catch (error) {
      if (error instanceof RateLimiterRes) told(error);
      throw error;
    }
  }
}
