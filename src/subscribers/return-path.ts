import { readMailbox } from '../mail/mailbox.ts';
import type { Subject, Tokens } from './tokens.ts';

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

/**
 * Where a letter goes back to when it cannot be delivered: an address of the domain whose mail comes to us, with a token
 * that names reader and letter, else the sender's. The token ends with the address that the letter was written to.
 */
export function letterReturnPath(
  tokens: Tokens,
  from: string,
  {
    subscriber,
    letter,
    addressChanges,
  }: { subscriber: string; letter: string; addressChanges: number },
  inboundDomain: string | undefined,
): string {
  if (!inboundDomain) return from;
  const local = `b+${tokens.sign('bounce', { subscriber, extra: `l${letter}_${addressChanges}` })}`;
  return local.length > LONGEST_LOCAL ? from : `${local}@${inboundDomain}`;
}

/** The letter that a return path names, and its subject as an edition's would be. */
export function letterIn(subject: Subject): { letter: string | undefined; subject: Subject } {
  const { extra, ...rest } = subject;
  const [, letter, changes] = /^l(\d{1,19})_(\d{1,4})$/.exec(extra ?? '') ?? [];
  if (letter === undefined) return { letter: undefined, subject };
  return {
    letter,
    subject: changes === '0' || changes === undefined ? rest : { ...rest, extra: changes },
  };
}
