import { foldWords, saidIn } from '../relays/refusal-cause.ts';
import type { Said } from '../relays/refusal-rules.ts';
import { CODES, isHard, LOCAL, type Reason, WORDS } from './reasons.ts';
import type { Phase } from './recipients.ts';

/** What is known of one recipient's failure. */
export interface Failure {
  /** `delayed`: the machine goes on trying. */
  action?: string | undefined;
  /** Enhanced status (RFC 3463). */
  status?: string | undefined;
  /** SMTP's reply code. */
  code?: number | undefined;
  /** The command that was refused, where that is known. */
  phase?: Phase | undefined;
  words: string;
}

export interface Verdict {
  hard: boolean;
  reason: Reason;
}

/** What is said of the newsroom or of a machine counts before what is said of the mailbox. */
const SAID: readonly [Said, Reason][] = [
  ['size', 'too-large'],
  ['blocked', 'reputation'],
  ['relaying', 'policy'],
  ['authentication', 'authentication'],
  ['quota', 'over-rate'],
  ['policy', 'content'],
];

/**
 * Why a message came back, and whether nobody should write to the address again. In doubt it is soft: a reader who was
 * taken off by mistake never learns of it.
 */
export function verdictOn(failure: Failure): Verdict {
  const heard = { ...failure, words: failure.words.replaceAll(TOLD_BY, ' ') };
  const reason = reasonOf(heard);
  return { reason, hard: isHard(reason) && isCertain(reason, heard) };
}

/** Says who answered, which is no part of the answer: "Remote host said: … rejected" is no word about a host. */
const TOLD_BY =
  /\b(?:(?:remote|destination|receiving) )?(?:mail )?(?:host|server|system)\b[^\n:]{0,80}? (?:said|says|answered|replied|responded|returned|reported)\b/gi;

/**
 * Whether the reason may be believed. A machine that goes on trying says that it is not sure itself. "User unknown" is
 * said after a whole message by filters, and quoted without its code by machines that do not tell where it was said.
 */
function isCertain(reason: Reason, { action, status, phase, code, words }: Failure): boolean {
  const folded = foldWords(words);
  if (CERTAIN.test(folded)) return true;
  if (action === 'delayed' || status?.startsWith('4')) return false;
  // a host without mailboxes says so in its greeting (RFC 7504)
  if (phase === 'mail' || phase === 'connect') return reason === 'domain-gone' && code === 521;
  // "host not found" is said of links in a message, too, and of the name that a machine greets with
  if (reason === 'domain-gone') return phase !== 'data' && !OTHER_HOST.test(folded);
  if (reason !== 'unknown-user') return true;
  if (/^5\.1\.(?:0|1|3|10)$/.test(status ?? '')) return true;
  if (phase !== undefined) return phase === 'rcpt';
  return code === undefined && LOCAL.test(folded);
}

const OTHER_HOST = /\bhelo\b|not found, try again|temporar|tim(?:ed? ?|e-?)out|servfail/i;

/** Said after the message, or while it is still being tried, and certain: Yahoo; OpenSMTPD, which has another word for a name server that is away. */
const CERTAIN = /delivery error: dd|no mx found for domain/i;

function reasonOf(failure: Failure): Reason {
  const { status, code, phase, words } = failure;
  const folded = foldWords(words);
  const said = saidIn(words);
  const byCode = codeReason(status);
  const named = WORDS.find((rule) => rule.words.test(folded))?.reason;
  const ours = SAID.find(([one]) => said.has(one))?.[1];
  if (byCode === 'unknown-user' && said.has('mailbox') && !said.has('full')) return 'unknown-user';
  if (said.has('recipient') || (said.has('full') && byCode === 'mailbox-full'))
    return 'mailbox-full';
  if (named === 'domain-gone' && CPANEL.test(folded)) return named;
  if (isRefusedRecipient(failure, folded)) return 'unknown-user';
  if (said.has('sender')) return 'authentication';
  if (ours) return ours;
  if (named !== undefined && BEFORE_UNKNOWN.has(named)) return named;
  if (said.has('mailbox') || LOCAL.test(folded))
    return said.has('full') ? 'mailbox-full' : 'unknown-user';
  if (said.has('full')) return 'mailbox-full';
  // RFC 5321's words for any 550; Outlook.com says them with 5.5.0
  if (code === 550 && said.has('unavailable') && /^(?:5\.[05]\.0)?$/.test(status ?? ''))
    return 'unknown-user';
  if (status === '5.1.0' && phase === 'rcpt') return 'unknown-user';
  if (byCode && byCode !== 'other') return byCode;
  return named ?? (code === 556 ? 'domain-gone' : 'other');
}

const BEFORE_UNKNOWN: ReadonlySet<Reason> = new Set(['domain-gone', 'moved', 'mailbox-disabled']);
const CPANEL = /account or domain may not exist/i;

/**
 * A recipient who is refused without another word: Cisco's 5.1.0, Exchange Online's 5.4.1 (directory-based edge
 * blocking), and those who say "Rejected" behind an address.
 */
function isRefusedRecipient({ status = '', phase, code, words }: Failure, folded: string): boolean {
  const atRcpt = phase === 'rcpt' || (phase === undefined && code === 550);
  if (status === '5.4.1') return atRcpt && /(?<!all )recipient address rejected/i.test(folded);
  if (!/^(?:5\.1\.0|5\.0\.0|)$/.test(status)) return false;
  const reply = foldWords(/(?<![\d.])5\d\d[ -].*$/m.exec(words)?.[0] ?? words);
  return (phase === 'rcpt' || status === '5.1.0') && REFUSED.test(reply);
}
const REFUSED = /^\W*(?:recipient |address )*rejected\W*$/i;

function codeReason(status: string | undefined): Reason | undefined {
  if (status === undefined) return undefined;
  const parts = status.split('.');
  return CODES.find(([pattern]) =>
    pattern.split('.').every((want, at) => want === 'x' || want === parts[at]),
  )?.[1];
}
