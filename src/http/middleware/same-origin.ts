import type { Request, RequestHandler } from 'express';
import { Problem } from './problem.ts';
import { isOwnOrigin, requestOrigin } from './request-origin.ts';

/**
 * Refuses (403) what another site makes a browser post with our cookie. Sec-Fetch-Site decides; browsers
 * that send none on plain http send Origin, which must be ours; a request with neither does not come from a browser we support.
 */
export function sameOrigin(publicUrl: string): RequestHandler {
  return (req, _res, next) => {
    if (req.method === 'GET' || req.method === 'HEAD' || isOurs(req, publicUrl)) return next();
    throw new Problem(
      403,
      'This form was sent from another site. Open the page here and try again.',
    );
  };
}

function isOurs(req: Request, publicUrl: string): boolean {
  const site = req.get('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = requestOrigin(req);
  return origin !== undefined && isOwnOrigin(req, origin, publicUrl);
}
