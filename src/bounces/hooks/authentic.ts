import { hash, timingSafeEqual } from 'node:crypto';
import { type HookRequest, NotAuthentic } from './event.ts';

/** How far a signed time may lie from ours: providers try again for hours, and sign anew each time. */
const LATE_MS = 10 * 60_000;

/**
 * Checks the password of a request: `user:password` by basic authentication, or a bearer token (OAuth 2). A secret
 * without a colon is the password of any user. Takes as long for a wrong one. Throws NotAuthentic.
 */
export function checkPassword({ header }: Pick<HookRequest, 'header'>, secret: string): void {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(header('authorization') ?? '') ?? [];
  const plain = scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString() : value;
  const given =
    scheme.toLowerCase() === 'basic' && !secret.includes(':')
      ? plain.slice(plain.indexOf(':') + 1)
      : plain;
  if (!same(given, secret)) throw new NotAuthentic();
}

/** Compares two texts in a time that says nothing of either. */
export const same = (given: string, secret: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', secret, 'buffer'));

/** Refuses a signature whose time (in seconds) is too far from ours. Throws NotAuthentic. */
export function checkTime(seconds: string | undefined, now: Date, lateMs = LATE_MS): void {
  const at = Number(seconds) * 1000;
  if (!seconds || !(Math.abs(now.getTime() - at) <= lateMs)) throw new NotAuthentic();
}
