import type { RequestHandler } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Context } from '../../context.ts';
import { findApiToken } from '../../operators/api-tokens.ts';
import { Problem } from '../middleware/problem.ts';
import { setActor } from '../middleware/roles.ts';

/**
 * Lets in whoever holds an API token (RFC 6750), else 401. An address that keeps trying wrong ones is told
 * to wait (429): tokens cannot be guessed, but asking costs us a query each.
 */
export function authenticate(context: Context): RequestHandler {
  const wrong = new RateLimiterMemory({ points: 30, duration: 60 });
  return async (req, res, next) => {
    const from = req.ip ?? '';
    const secret = /^Bearer +(\S+) *$/i.exec(req.get('Authorization') ?? '')?.[1];
    const tries = await wrong.get(from);
    if (secret !== undefined && tries !== null && tries.remainingPoints <= 0) throw tries;
    const token = secret === undefined ? undefined : await findApiToken(context.db, secret);
    if (!token) {
      if (secret !== undefined) await wrong.consume(from);
      throw new Problem(
        401,
        secret === undefined
          ? 'Send an API token: Authorization: Bearer gct_… (make one with: npx gaceta tokens create --name NAME).'
          : 'This API token is not known, or was revoked.',
        { headers: { 'WWW-Authenticate': 'Bearer realm="gaceta"' } },
      );
    }
    setActor(res, { kind: 'token', id: token.id }, token.role);
    next();
  };
}
