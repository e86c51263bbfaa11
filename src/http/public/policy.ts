import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * What a reader's page may load: our own files and nothing else, except pictures where `pictures` allows
 * them; and who may put it in a frame: nobody, unless `framedBy` names sites.
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
  const policy = helmet({
    contentSecurityPolicy: {
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
        frameAncestors: framedBy.length > 0 ? framedBy : ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: https,
    xFrameOptions: framedBy.length > 0 ? false : { action: 'deny' },
    ...(framedBy.length > 0 ? { crossOriginResourcePolicy: { policy: 'cross-origin' } } : {}),
  });
  if (framedBy.length === 0) return policy;
  return (req, res, next) => {
    // set for every other page before; it knows no list of sites
    res.removeHeader('X-Frame-Options');
    policy(req, res, next);
  };
}

/** Pages with a token in their address: kept by nobody, and told to nobody. */
export const secretPage: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store').set('Referrer-Policy', 'no-referrer');
  res.set('X-Robots-Tag', 'noindex, nofollow');
  next();
};
