import type { NextFunction, Request, Response } from 'express';

const OWN_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Refuses requests under any name but this machine's own: a site that has its name resolve to
 * 127.0.0.1 (DNS rebinding) could otherwise read every message through a visitor's browser. */
export function refuseForeignHosts(request: Request, response: Response, next: NextFunction): void {
  if (OWN_HOST.test(request.headers.host ?? '')) {
    next();
    return;
  }
  response
    .status(403)
    .type('text')
    .send('The mailbox answers to localhost and 127.0.0.1 alone. Open it on this machine.');
}
