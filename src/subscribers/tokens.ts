import { timingSafeEqual } from 'node:crypto';
import { openHmac } from './hmac.ts';

export type Purpose =
  | 'confirm'
  | 'unsubscribe'
  | 'preferences'
  | 'privacy'
  | 'address'
  | 'undo'
  | 'archive'
  | 'bounce';

/** What a token speaks for. Ids are decimal; `extra` is at most 24 letters, digits or `_`. */
export interface Subject {
  /** `'0'`: nobody in particular. */
  subscriber: string;
  newsletter?: string;
  edition?: string;
  extra?: string;
}

export interface Tokens {
  /**
   * A token good for one purpose: lower-case letters, digits and dashes (and `extra`), at most 120
   * characters, so that it survives addresses, subjects and the local part of a return path.
   * Throws when the subject has another form than `Subject` says.
   */
  sign(purpose: Purpose, subject: Subject, expires?: Date): string;
  /** The subject, or null when the token is cut, forged, for another purpose or past its time. */
  verify(purpose: Purpose, token: string): Subject | null;
}

// s12n3e45t1795000000-extra-mac
const ID = /^\d{1,19}$/;
const EXTRA = /^\w{1,24}$/;
const TOKEN =
  /^(s(\d{1,19})(?:n(\d{1,19}))?(?:e(\d{1,19}))?(?:t(\d{1,11}))?(?:-(\w{1,24}))?)-([0-9a-f]{32})$/;

/** Signs with the first secret and verifies with any of them, so that a secret can be rotated out slowly. */
export function openTokens(secrets: string[], now: () => number = Date.now): Tokens {
  const macs = secrets.map(openMac);
  const [signing] = macs;
  if (!signing) throw new Error('Tokens need at least one secret');

  return {
    sign(purpose, { subscriber, newsletter, edition, extra }, expires) {
      let body = `s${only(ID, subscriber)}`;
      if (newsletter !== undefined) body += `n${only(ID, newsletter)}`;
      if (edition !== undefined) body += `e${only(ID, edition)}`;
      if (expires) body += `t${Math.floor(expires.getTime() / 1000)}`;
      if (extra !== undefined) body += `-${only(EXTRA, extra)}`;
      return `${body}-${signing(purpose, body)}`;
    },

    verify(purpose, token) {
      const match = TOKEN.exec(token);
      if (!match) return null;
      const [, body = '', subscriber = '', newsletter, edition, expires, extra, hex = ''] = match;
      const given = Buffer.from(hex);
      let genuine = false;
      for (const mac of macs)
        if (timingSafeEqual(Buffer.from(mac(purpose, body)), given)) genuine = true;
      if (!genuine) return null;
      if (expires !== undefined && Number(expires) * 1000 <= now()) return null;
      return {
        subscriber,
        ...(newsletter === undefined ? {} : { newsletter }),
        ...(edition === undefined ? {} : { edition }),
        ...(extra === undefined ? {} : { extra }),
      };
    },
  };
}

function only(form: RegExp, part: string): string {
  if (!form.test(part)) throw new Error('A token holds decimal ids and a short word only');
  return part;
}

// 128 bits of HMAC-SHA-256; the purpose is inside, so that a token opens one door only.
function openMac(secret: string): (purpose: Purpose, body: string) => string {
  const hmac = openHmac(secret);
  return (purpose, body) => hmac(`${purpose}:${body}`).slice(0, 32);
}
