import type { Request, Response } from 'express';
import { cookieOf } from './cookies.ts';

/** Longer addresses are no page's. */
const LONGEST = 1000;
const MINUTES = 15;

/** The page that a browser asked for before it was signed in, kept in a cookie until it is. */
export interface AskedPage {
  keep(req: Request, res: Response): void;
  /** Where a sign-in leads: to the page, once, else to the console's first. */
  take(req: Request, res: Response): string;
  forget(req: Request, res: Response): void;
}

export function openAskedPage(config: { publicUrl: string; publicPath: string }): AskedPage {
  const cookie = cookieOf(config, 'gaceta-asked', MINUTES * 60_000);
  return {
    keep(req, res) {
      const address = `/console${req.url}`;
      if (isPage(req) && address.length < LONGEST)
        cookie.write(res, Buffer.from(address).toString('base64url'));
    },
    take(req, res) {
      const kept = cookie.read(req);
      if (kept === undefined) return '/console';
      cookie.clear(res);
      const address = Buffer.from(kept, 'base64url').toString();
      // what a browser sends may be anybody's: no other site, and no other part of this one
      return /^\/console\/[\w/-]+(\?[\w%&=.+-]*)?$/.test(address) ? address : '/console';
    },
    forget(req, res) {
      if (cookie.read(req) !== undefined) cookie.clear(res);
    },
  };
}

/** A whole page, not a frame, a stream or a file of one: browsers say which. */
const isPage = (req: Request) =>
  (req.get('sec-fetch-dest') ?? 'document') === 'document' && !/\.\w+$/.test(req.path);
