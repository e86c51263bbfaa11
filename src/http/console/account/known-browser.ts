import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Context } from '../../../context.ts';
import { cookieOf } from './cookies.ts';

const DAYS = 180;
/** Several people of a newsroom may share a computer. */
const MOST_ACCOUNTS = 4;

/**
 * Remembers in a signed cookie which accounts a browser has signed in to, so that wrong tries elsewhere cannot
 * shut an operator out of their own browser (OWASP calls it a device cookie). It opens nothing.
 */
export interface KnownBrowsers {
  /** A name for this browser and account, to count its tries by; undefined where it never signed in to it. */
  find(req: Request, account: string): string | undefined;
  remember(req: Request, res: Response, account: string): void;
}

/** The cookie is `browser.mark.mark…`, a mark for each account, made with the newest secret. */
export function openKnownBrowsers({ config, secrets }: Context): KnownBrowsers {
  const cookie = cookieOf(config, 'gaceta-browser', DAYS * 86_400_000);
  const mark = (secret: string, browser: string, account: string) =>
    createHmac('sha256', secret).update(`known browser:${browser}:${account}`).digest('base64url');
  const read = (req: Request) => (cookie.read(req) ?? '').slice(0, 400).split('.');

  function find(req: Request, account: string): string | undefined {
    const [browser, ...marks] = read(req);
    if (!browser) return undefined;
    const known = secrets.some((secret) => {
      const right = Buffer.from(mark(secret, browser, account));
      return marks.some(
        (one) => one.length === right.length && timingSafeEqual(Buffer.from(one), right),
      );
    });
    return known ? `${browser}:${account}` : undefined;
  }

  return {
    find,
    remember(req, res, account) {
      const [before, ...marks] = read(req);
      const browser =
        before && /^[\w-]{22}$/.test(before) ? before : randomBytes(16).toString('base64url');
      const made = mark(secrets[0] ?? '', browser, account);
      const all = [made, ...marks.filter((one) => one !== made)].slice(0, MOST_ACCOUNTS);
      cookie.write(res, [browser, ...all].join('.'));
    },
  };
}
