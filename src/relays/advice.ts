import { type Notice, writeNotices } from '../text/notice.ts';
import { ownHelo } from './helo.ts';
import { outcomeOf } from './outcome.ts';
import type { Cause } from './refusal-rules.ts';
import type { RelaySettings } from './settings.ts';
import type { HandshakeError } from './smtp/handshake.ts';
import type { Impossibility, Refusal } from './smtp/outgoing.ts';
import { withoutAddresses } from './smtp/reply.ts';

/** What an operator should do about a relay that could not be used, in a sentence or two. */
export function advice(error: HandshakeError, settings: RelaySettings): Notice {
  const { host, port, helo = ownHelo() } = settings;
  return { code: `advice.${adviceCode(error, settings)}`, values: { host, port, helo } };
}

function adviceCode({ at, code, reason, message }: HandshakeError, settings: RelaySettings) {
  if (at === 'auth') return authAdvice(code, message);
  if (code !== undefined && reason === 'ETLS') {
    if (!settings.requireTls) return 'refusesEncryption';
    return settings.auth ? 'plainPassword' : 'noEncryption';
  }
  if (code !== undefined) return code < 500 ? 'noConnectionNow' : 'doesNotServe';
  if (/invalid greeting/i.test(message)) return 'noMailServer';
  if (/greeting/i.test(message)) return 'noGreeting';
  if (at === 'greeting' && reason === 'ETIMEDOUT') return 'stopped';
  switch (reason) {
    case 'EDNS':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unresolved';
    case 'ECONNREFUSED':
      return 'nothingListens';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'noAnswer';
    case 'CERT_HAS_EXPIRED':
      return 'certificateExpired';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'certificateName';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'certificateUntrusted';
  }
  if (/wrong version number|packet length too long/i.test(message))
    return settings.secure ? 'noTlsThere' : 'tlsDisagrees';
  return 'other';
}

function authAdvice(code: number | undefined, message: string) {
  if (/offers no log-in/.test(message)) return 'offersNoLogIn';
  if (code === 535 || code === 534) return 'wrongPassword';
  return code !== undefined && code < 500 ? 'cannotCheckPassword' : 'signInRefused';
}

/** What an operator should do about an answer that concerns more than one reader. */
export function adviceOnAnswer(answer: Refusal | Impossibility): Notice | undefined {
  const { cause, reason } = outcomeOf(answer);
  // What to do about what a relay says of us. Then `resume` sends to those it refused as well.
  const known = cause && ABOUT_US.has(cause) ? { code: `advice.${cause}` } : undefined;
  if (answer.kind === 'impossible') return known;
  if (answer.fix !== undefined) return answer.fix;
  switch (answer.at) {
    case 'mail':
      return known ?? { code: 'advice.sender' };
    case 'rcpt':
      return known ?? (reason === 'content' ? OBJECTS : { code: 'advice.refused' });
    case 'data':
    case 'dot':
      return known ?? OBJECTS;
    default:
      return undefined;
  }
}

const OBJECTS: Notice = { code: 'advice.objects' };
const ABOUT_US: ReadonlySet<Cause> = new Set([
  'sender',
  'quota',
  'relaying',
  'authentication',
  'blocked',
  'size',
  'protocol',
  'route',
]);

/** A relay's words as operators read them, and what to do about them: see `readNotices`. */
export function said(relay: string, words: string, fix: Notice | undefined): string {
  const values = { relay, words: withoutAddresses(words) };
  return fix === undefined
    ? writeNotices({ code: 'relay', values })
    : writeNotices({ code: 'relayThen', values }, fix);
}
