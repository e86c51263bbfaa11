import type { RequestHandler } from 'express';
import type { Context } from '../../context.ts';
import { noteUntrustedProxy } from '../../operators/untrusted-proxy.ts';
import { fromNearby } from './client-address.ts';

const HOUR = 3_600_000;

/**
 * Notices that a proxy stands in front while TRUST_PROXY is unset: then everybody has the proxy's address and
 * shares one set of limits. Says so in the log and, for console and doctor, in the database, once an hour.
 */
export function watchForProxy({ config, db, log }: Context): RequestHandler {
  let saidAt = -HOUR;
  return (req, _res, next) => {
    const now = performance.now();
    // who connects from the internet may write into headers what they like
    if (
      config.trustProxy === undefined &&
      now - saidAt >= HOUR &&
      req.headers['x-forwarded-for'] !== undefined &&
      fromNearby(req)
    ) {
      saidAt = now;
      log.warn(
        { proxy: req.socket.remoteAddress },
        'requests come through a proxy and TRUST_PROXY is unset: everybody shares one set of limits',
      );
      noteUntrustedProxy(db).catch((err) => log.debug({ err }, 'the proxy was not written down'));
    }
    next();
  };
}
