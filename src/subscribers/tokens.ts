import { timingSafeEqual } from 'node:crypto';
import { openHmac } from './hmac.ts';

export type Purpose =
  | 'confirm'
  | 'unsubscribe'
  | 'preferences'
  | 'privacy'
  | 'address'
  | 'restore'
  | 'undo'
  | 'archive'
  | 'bounce'
  | 'keep';

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
  /**
   * The subject, or null when the token is cut, forged, for another purpose or past its time. Marks that mail
   * programs leave around a link (`>`, `)`, `=3D`, a line break) are no part of the token.
   */
  verify(purpose: Purpose, token: string): Subject | null;
}

/**
 * What a MAC is spelt with, four bits a letter. With hex digits one token in sixty began with a 1 or 3 and read
 * as a Bitcoin address to SpamAssassin; no digits, so no address of a currency, and no vowels, so no words.
 */
const LETTERS = 'bcdfghjkmnpqrtvw';
const HEX = '0123456789abcdef';
const letterOf = new Uint8Array(128);
for (const [at, digit] of Array.from(HEX).entries())
  letterOf[digit.charCodeAt(0)] = LETTERS.charCodeAt(at);

// s12n3e45t1795000000-extra-mac; tokens in older mails have a MAC of hex digits
const ID = /^\d{1,19}$/;
const EXTRA = /^\w{1,24}$/;
const TOKEN = new RegExp(
  '^(s(\\d{1,19})(?:n(\\d{1,19}))?(?:e(\\d{1,19}))?(?:t(\\d{1,11}))?(?:-(\\w{1,24}))?)' +
    `-([${LETTERS}]{32}|[${HEX}]{32})`,
);
const BEFORE = /^(?:3D|[^0-9A-Za-z])*/;
const AFTER = /^(?:3D)?(?![0-9A-Za-z])/;

/** The token in what was given as one: without the marks before and after it. Undefined if there is none. */
export function tokenIn(given: string): string | undefined {
  return partsOf(given)?.[0];
}

function partsOf(given: string): RegExpExecArray | undefined {
  if (given.length > 1000) return undefined;
  const text = given.slice(BEFORE.exec(given)?.[0].length);
  const found = TOKEN.exec(text);
  return found && AFTER.test(text.slice(found[0].length)) ? found : undefined;
}

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
      return `${body}-${inLetters(signing(purpose, body))}`;
    },

    verify(purpose, token) {
      const parts = partsOf(token);
      if (!parts) return null;
      const [, body = '', subscriber = '', newsletter, edition, expires, extra, spelt = ''] = parts;
      const given = Buffer.from(spelt);
      let genuine = false;
      for (const mac of macs) {
        const hex = mac(purpose, body);
        if (timingSafeEqual(Buffer.from(inLetters(hex)), given)) genuine = true;
        if (timingSafeEqual(Buffer.from(hex), given)) genuine = true;
      }
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

const spelling = Buffer.alloc(32);

function inLetters(hex: string): string {
  for (let at = 0; at < 32; at++) spelling[at] = letterOf[hex.charCodeAt(at)] ?? 0;
  return spelling.toString('latin1');
}

// 128 bits of HMAC-SHA-256 in hex; the purpose is inside, so that a token is good for one purpose only.
function openMac(secret: string): (purpose: Purpose, body: string) => string {
  const hmac = openHmac(secret);
  return (purpose, body) => hmac(`${purpose}:${body}`).slice(0, 32);
}
