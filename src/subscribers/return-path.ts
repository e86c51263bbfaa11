import { readMailbox } from '../mail/mailbox.ts';
import type { Tokens } from './tokens.ts';

/** A local part may have 64 octets (RFC 5321, 4.5.3.1.1). */
const LONGEST_LOCAL = 64;

/**
 * Where an edition's messages go back to when they cannot be delivered, with a token behind a plus (VERP), so that a
 * bounce names its reader: an address of the domain whose mail comes to us, or else the sender's. The address alone
 * where that would be too long.
 */
export function openReturnPath(
  tokens: Tokens,
  from: string,
  edition: string,
  inboundDomain: string | undefined,
) {
  const { address } = readMailbox(from);
  const at = address.lastIndexOf('@');
  const [local, domain] = inboundDomain
    ? ['b+', `@${inboundDomain}`]
    : [`${address.slice(0, at)}+`, address.slice(at)];
  return (subscriber: string, addressChanges = 0): string => {
    const token = tokens.sign('bounce', {
      subscriber,
      edition,
      ...(addressChanges > 0 ? { extra: String(addressChanges) } : {}),
    });
    return local.length + token.length > LONGEST_LOCAL ? address : `${local}${token}${domain}`;
  };
}
