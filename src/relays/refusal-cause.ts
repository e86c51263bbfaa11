import {
  type Cause,
  CODES,
  type CodeRule,
  GREYLISTED,
  RECEIVERS,
  type Said,
  SLOWER_AT_RCPT,
  SLOWER_CODES,
  TOO_MANY,
  WORDS,
} from './refusal-rules.ts';

/** What of a relay's refusal says why. */
export interface Refused {
  code: number;
  enhanced?: string;
  /** Code and words on one line. */
  reply: string;
  /** A receiver said so, and the relay handed it on: `isReceivers`. */
  receivers?: true;
}

// The first that is said counts: "message size exceeds the limit" is no quota.
const OURS = [
  'size',
  'quota',
  'relaying',
  'authentication',
  'blocked',
  'protocol',
  'route',
] as const satisfies Cause[];

/** Whether a cause is about the newsroom, its account or its relay, and so the same for every reader. */
export function isAboutUs(cause: Cause | undefined): boolean {
  return cause === 'sender' || OURS.some((ours) => ours === cause);
}

/**
 * Why a relay refused for good, by enhanced code (RFC 3463), code and words; undefined where none of them says. Many
 * relays have one enhanced code for whatever they refuse, and others none: words count for more than a vague code. Only
 * what nothing speaks against is the mailbox's fault, since who is suppressed stays away for good.
 */
export function causeOf(refused: Refused): Cause | undefined {
  const rule = codeRule(refused);
  const byCode = rule?.cause;
  const said = saidIn(refused.reply);
  if (said.has('suppressed')) return 'suppressed';
  const ours = OURS.find((cause) => said.has(cause));
  // These two codes nobody writes by the way; and a limit or a wish of the reader's own is said of nobody else.
  if (byCode === 'sender' || (byCode === 'recipient' && !rule?.vague)) return byCode;
  if (said.has('recipient') && !(ours && isAboutUs(byCode))) return 'recipient';
  // "Sender address rejected: User unknown" is no word about the reader.
  if (said.has('sender')) return 'sender';
  if (said.has('mailbox') && !(isAboutUs(byCode) && !rule?.vague)) {
    if (byCode === 'mailbox' && !said.has('full')) return 'mailbox';
    const doubted = said.has('full') || said.has('policy') || said.has('temporary');
    return ours ?? (doubted ? 'recipient' : 'mailbox');
  }
  // Outlook.com says 5.5.0 with these words of a mailbox that is not there.
  if (refused.code === 550 && said.has('unavailable') && byCode === 'protocol' && rule?.vague)
    return ours && ours !== 'protocol' ? ours : 'mailbox';
  if (isAboutUs(byCode) && !rule?.vague) return byCode;
  if (ours) return ours;
  if (said.has('full')) return 'recipient';
  if (said.has('policy')) return isAboutUs(byCode) ? byCode : 'policy';
  return byCode === 'mailbox' && said.has('temporary') ? 'recipient' : byCode;
}

/**
 * Why a relay refuses for now (4xx): `reconnect` when this connection has carried enough, `slower` when the relay asks
 * for fewer messages, `receiver` when a receiver does whose words it hands on, else as for a 5xx. `atDot`: after a whole
 * message; before, who limits may be the receiver.
 */
export function whyNotNow(
  { code, enhanced, reply, receivers }: Refused,
  atDot: boolean,
): Cause | 'slower' | 'receiver' | 'reconnect' | undefined {
  const words = foldWords(reply);
  if (receivers && /^4\.(?:7\.|3\.2$)/.test(enhanced ?? '') && !GREYLISTED.test(words))
    return 'receiver';
  if (code === 421 && !atDot) return 'reconnect';
  if (code === 452 && (enhanced === '4.5.3' || (!enhanced && TOO_MANY.test(words))))
    return 'reconnect';
  if (GREYLISTED.test(words)) return undefined;
  const cause = causeOf({
    code: code + 100,
    ...(enhanced !== undefined && { enhanced: `5${enhanced.slice(1)}` }),
    reply,
  });
  const policy = enhanced?.startsWith('4.7.') === true;
  const asked = SLOWER_CODES.some(
    (rule) => rule.code === code && (rule.anywhere || (atDot && policy)),
  );
  if (atDot) return asked || cause === 'quota' ? 'slower' : cause;
  if (cause !== 'relaying' && cause !== 'sender' && asked) return 'slower';
  return SLOWER_AT_RCPT.test(words) ? 'slower' : cause;
}

/** Whether the words of a reply are a receiver's, which a relay at `host` only hands on. */
export const isReceivers = (reply: string, host: string): boolean =>
  RECEIVERS.some(({ words, hosts }) => words.test(reply) && !hosts.test(host));

function codeRule({ code, enhanced, reply }: Refused): CodeRule | undefined {
  const known = enhanced ?? QMAIL.exec(reply)?.[1];
  return CODES.find(
    (rule) =>
      (rule.codes === undefined || rule.codes.includes(code)) &&
      (rule.enhanced === undefined || (known !== undefined && fits(known, rule.enhanced))),
  );
}

/** qmail and others write the enhanced code behind their words: `(#5.1.1)`; Cisco before them: `#5.1.0`. */
const QMAIL = /#([245]\.\d{1,3}\.\d{1,3})\b/;

function fits(enhanced: string, pattern: string): boolean {
  const wanted = pattern.split('.');
  return enhanced.split('.').every((part, at) => {
    const want = wanted[at] ?? '';
    return (
      want === 'x' ||
      want === part ||
      (/^\dxx$/.test(want) && part.length === 3 && part[0] === want[0])
    );
  });
}

/** All that a relay's words say, each of it once. */
export function saidIn(reply: string): Set<Said> {
  const words = foldWords(reply);
  return new Set(WORDS.filter((rule) => rule.words.test(words)).map((rule) => rule.says));
}

/**
 * A relay's words as the rules read them: without codes, accents and typographic quotes, and without the addresses and
 * links that it quotes, whose words say nothing (`<spam@example.org>`, `…/blocked-mail`), nor do their dots end a sentence.
 */
export function foldWords(reply: string): string {
  return reply
    .replace(/^[245]\d\d[ -]?/, '')
    .replace(/^#?[245]\.\d{1,3}\.\d{1,3}:?\s*/, '')
    .replaceAll(/https?:\/\/\S+|\bwww\.\S+/gi, ' ')
    .replaceAll(/<[^<>]*>|"[^"]*"@\S+|\S+@\S+/g, ' ')
    .replaceAll(/\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?|\[[\da-f:]*:[\da-f:.]*\]/gi, ' ')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[‘’´`]/g, "'")
    .replaceAll(/\s+/g, ' ')
    .trim();
}
