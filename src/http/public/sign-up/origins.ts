import type { Request, RequestHandler } from 'express';
import { isOwnOrigin, requestOrigin } from '../../middleware/request-origin.ts';
import type { Masthead } from '../site/masthead.ts';

/** The sites of the newsroom that its newsletters name: they may post by script, frame the form, and be redirected to. */
export const originsOf = (newsletters: Masthead['newsletters']): string[] => [
  ...new Set(newsletters.flatMap((newsletter) => newsletter.origins)),
];

/** Lets scripts of those sites read our answer (CORS); no cookie is involved. */
export function allowOrigins(masthead: () => Promise<Masthead>): RequestHandler {
  return async (req, res, next) => {
    res.vary('Origin');
    const origin = requestOrigin(req);
    const { newsletters } = await masthead();
    if (origin !== undefined && originsOf(newsletters).includes(origin)) {
      res.set('Access-Control-Allow-Origin', origin);
      if (req.method === 'OPTIONS')
        res
          .set('Access-Control-Allow-Methods', 'GET, POST')
          .set('Access-Control-Allow-Headers', 'Content-Type')
          .set('Access-Control-Max-Age', '600');
    }
    if (req.method === 'OPTIONS') res.status(204).end();
    else next();
  };
}

/** Whether the browser says that a form stood on a site other than this one. */
export function isFromOtherSite(req: Request, publicUrl: string): boolean {
  const origin = requestOrigin(req);
  return origin !== undefined && !isOwnOrigin(req, origin, publicUrl);
}

/** Where a form wants its reader sent back to; undefined unless that is a site of a chosen newsletter. */
export function redirectOf(body: unknown, chosen: Masthead['newsletters']): string | undefined {
  const wanted =
    typeof body === 'object' && body !== null && 'redirect' in body ? body.redirect : undefined;
  if (typeof wanted !== 'string' || !URL.canParse(wanted)) return undefined;
  const url = new URL(wanted);
  return originsOf(chosen).includes(url.origin) ? url.href : undefined;
}
