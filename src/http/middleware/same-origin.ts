import type { Request, RequestHandler } from 'express';
import { Problem } from './problem.ts';

/**
 * Refuses (403) what another site makes a browser post with our cookie. Sec-Fetch-Site decides; browsers
 * that send none on plain http send Origin, which must be ours; whoever sends neither is no browser of ours.
 */
export function sameOrigin(publicUrl: string): RequestHandler {
  const ours = new URL(publicUrl).origin;
  return (req, _res, next) => {
    if (req.method === 'GET' || req.method === 'HEAD' || isOurs(req, ours)) return next();
    throw new Problem(
      403,
      'This form was sent from another site. Open the page here and try again.',
    );
  };
}

function isOurs(req: Request, ours: string): boolean {
  const site = req.get('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = req.get('Origin');
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === ours || new URL(origin).host === req.get('Host');
}
