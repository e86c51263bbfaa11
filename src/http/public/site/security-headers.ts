import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { dontCompress } from '../../middleware/compress.ts';

/**
 * What a reader's page may load: our own files and nothing else, except pictures where `pictures` allows
 * them; and who may put it in a frame: nobody, unless `framedBy` names sites. The app's other headers stay.
 */
export function pagePolicy({
  https,
  pictures = false,
  framedBy = [],
}: {
  https: boolean;
  pictures?: boolean;
  framedBy?: string[];
}): RequestHandler {
  const framed = framedBy.length > 0;
  const contentPolicy = helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      workerSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: pictures ? ["'self'", 'https:', 'http:'] : ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: framed ? framedBy : ["'none'"],
      ...(https ? { upgradeInsecureRequests: [] } : {}),
    },
  });
  return (req, res, next) => {
    if (framed) {
      res.removeHeader('X-Frame-Options'); // it knows no list of sites
      res.set('Cross-Origin-Resource-Policy', 'cross-origin');
    } else res.set('X-Frame-Options', 'DENY');
    contentPolicy(req, res, next);
  };
}

/** Pages with a token in their address: stored nowhere, and named to no other site. */
export const secretPage: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store').set('Referrer-Policy', 'no-referrer');
  res.set('X-Robots-Tag', 'noindex, nofollow');
  dontCompress(res);
  next();
};
