import { type Subject, type Tokens, tokenIn } from '../subscribers/tokens.ts';

/** What an address of ours is for, and whom its token names. */
export type InboundAddress =
  | { for: 'bounce' | 'unsubscribe'; subject: Subject }
  /** A newsletter's reply address: what readers write there goes to the newsroom. */
  | { for: 'reply'; newsletter: string }
  /** Where providers send complaints (RFC 5965): whose they are, the returned message says. */
  | { for: 'complaint' }
  /** Where receivers send their reports of a day (RFC 7489, RFC 8460). */
  | { for: 'report' };

const PURPOSES = { b: 'bounce', u: 'unsubscribe' } as const;
const COMPLAINTS = new Set(['fbl', 'abuse', 'complaints']);
const REPORTS = ['dmarc', 'tlsrpt'] as const;

/**
 * Reads an address that mail came to: a return path (`b+TOKEN`), mailed unsubscribing (`u+TOKEN`) or one for complaints,
 * of the domain that is ours. Undefined for every other one, forged ones among them.
 */
export function readInboundAddress(
  address: string,
  domain: string,
  tokens: Tokens,
): InboundAddress | undefined {
  const at = address.lastIndexOf('@');
  if (address.slice(at + 1).toLowerCase() !== domain) return undefined;
  const local = address.slice(0, at).toLowerCase();
  if (COMPLAINTS.has(local)) return { for: 'complaint' };
  if (REPORTS.some((one) => one === local)) return { for: 'report' };
  const [, kind, token] = /^([bu])\+(.+)$/.exec(local) ?? [];
  if (token === undefined || tokenIn(token) !== token) return undefined;
  const purpose = PURPOSES[kind as keyof typeof PURPOSES];
  const subject = tokens.verify(purpose, token);
  return subject ? { for: purpose, subject } : undefined;
}

/** The tokens of ours in the message that a report is about: in its return path and its links to unsubscribe. */
export function marksIn(returned: string, tokens: Tokens): Subject[] {
  const found: Subject[] = [];
  for (const [token] of returned
    .replaceAll(/=?\n[ \t]*/g, '')
    .matchAll(/s\d{1,19}[\w-]{32,100}/g)) {
    const subject = tokens.verify('bounce', token) ?? tokens.verify('unsubscribe', token);
    if (subject) found.push(subject);
  }
  return found;
}
