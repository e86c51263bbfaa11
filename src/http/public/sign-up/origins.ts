import type { Request, RequestHandler } from 'express';
import type { Masthead } from '../site/masthead.ts';

/** The sites of the newsroom that its newsletters name: they may post by script, frame the form, and be redirected to. */
export const originsOf = (newsletters: Masthead['newsletters']): string[] => [
  ...new Set(newsletters.flatMap((newsletter) => newsletter.origins)),
];

/** Lets scripts of those sites read our answer (CORS); no cookie is involved. */
export function allowOrigins(masthead: () => Promise<Masthead>): RequestHandler {
  return async (req, res, next) => {
    res.vary('Origin');
    const origin = req.get('Origin');
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

/** Whether a form stood on one of the newsroom's sites, by what the browser says. */
export function isForeign(req: Request, publicUrl: string): boolean {
  const origin = req.get('Origin');
  if (origin === undefined || origin === 'null') return false;
  return origin !== new URL(publicUrl).origin && new URL(origin).host !== req.get('Host');
}

/** Where a form wants its reader sent back to; undefined unless that is a site of a chosen newsletter. */
export function redirectOf(body: unknown, chosen: Masthead['newsletters']): string | undefined {
  const wanted =
    typeof body === 'object' && body !== null && 'redirect' in body ? body.redirect : undefined;
  if (typeof wanted !== 'string' || !URL.canParse(wanted)) return undefined;
  const url = new URL(wanted);
  return originsOf(chosen).includes(url.origin) ? url.href : undefined;
}
