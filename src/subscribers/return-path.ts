import { readMailbox } from '../mail/mailbox.ts';
import type { Tokens } from './tokens.ts';

/** A local part may have 64 octets (RFC 5321, 4.5.3.1.1). */
const LONGEST_LOCAL = 64;

/**
 * Where an edition's messages go back to when they cannot be delivered: the sender's address with a token behind a
 * plus (VERP), so that a bounce names its reader. The address alone where that would be too long.
 */
export function openReturnPath(tokens: Tokens, from: string, edition: string) {
  const { address } = readMailbox(from);
  const at = address.lastIndexOf('@');
  const [local, domain] = [`${address.slice(0, at)}+`, address.slice(at)];
  return (subscriber: string): string => {
    const token = tokens.sign('bounce', { subscriber, edition });
    return local.length + token.length > LONGEST_LOCAL ? address : `${local}${token}${domain}`;
  };
}
