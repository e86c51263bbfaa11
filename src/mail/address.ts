import { domainToASCII } from 'node:url';
import { analyzeEmail } from '@hapi/address';
import { receiverGroup } from './receiver-groups.ts';
import { addressIn } from './typed-address.ts';

/** An e-mail address in the forms that the rest of the program needs. */
export interface Address {
  /** As the reader meant it: composed (NFC), without what stood around it. */
  email: string;
  /** The compared form: the whole address in lower case, composed (NFC), its domain in ASCII. */
  key: string;
  /** For an SMTP envelope: the local part as typed, the domain in ASCII. */
  mailbox: string;
  /** In ASCII and lower case. */
  domain: string;
  /** True when the local part needs SMTPUTF8 (RFC 6531). */
  utf8: boolean;
  /** Whose limits mail to it counts against. */
  group: string;
}

export type AddressFault = 'empty' | 'long' | 'characters' | 'at' | 'local' | 'domain';

const advice: Record<AddressFault, string> = {
  empty: 'Enter an email address, for example ana@example.org.',
  long: 'This address is too long: an email address has at most 254 characters, 64 of them before the @.',
  characters:
    'This address has a space, a line break or an invisible character in it: write the address alone, on one line.',
  at: 'An email address has exactly one @, as in ana@example.org.',
  local: 'The part before the @ has a character that is not allowed, or a dot too many.',
  domain: 'The part after the @ is not a domain name such as example.org.',
};

/** An address that no mail could be sent to; the message says what to do. */
export class InvalidAddress extends Error {
  readonly fault: AddressFault;
  constructor(fault: AddressFault) {
    super(advice[fault]);
    this.name = 'InvalidAddress';
    this.fault = fault;
  }
}

// What nearly every address is: no library has to look at it. Short enough to keep to every limit of length, and
// without the two hyphens in a row of an internationalised label.
const PLAIN = /^[\w+-]+(?:\.[\w+-]+)*@((?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,})$/;
const SHORT = 64;

// Controls, formats (bidi marks, zero widths), surrogates, and every kind of space or line separator.
const unseen = /[\p{C}\p{Z}]/u;

/**
 * Reads what somebody typed or pasted as their address, for whatever form, file or command (RFC 5321, 5890, 6531;
 * no quoted local parts, no address literals, which no public provider gives out). Throws InvalidAddress.
 */
export function readAddress(input: string): Address {
  const plain = input.length <= SHORT ? PLAIN.exec(input)?.[1] : undefined;
  if (plain !== undefined) {
    const group = receiverGroup(plain);
    return {
      email: input,
      key: input.toLowerCase(),
      mailbox: input,
      domain: plain,
      utf8: false,
      group,
    };
  }
  // Longer than this cannot be right; looked at first, so that nobody makes us normalise a megabyte.
  if (input.length > 1024) throw new InvalidAddress('long');
  const email = addressIn(input);
  if (email === '') throw new InvalidAddress('empty');
  if (unseen.test(email)) throw new InvalidAddress('characters');

  const fault = analyzeEmail(email)?.code;
  if (fault) throw new InvalidAddress(faultOf(fault));

  const at = email.lastIndexOf('@');
  const local = email.slice(0, at);
  const domain = domainToASCII(email.slice(at + 1)).toLowerCase();
  const mailbox = `${local}@${domain}`;
  if (domain === '' || domain.length > 253) throw new InvalidAddress('domain');
  if (Buffer.byteLength(mailbox) > 254) throw new InvalidAddress('long');
  return {
    email,
    key: `${local.toLowerCase()}@${domain}`,
    mailbox,
    domain,
    utf8: /[^\0-\x7f]/.test(local),
    group: receiverGroup(domain),
  };
}

function faultOf(code: string): AddressFault {
  if (code.endsWith('TOO_LONG')) return 'long';
  if (code.endsWith('AT_CHAR')) return 'at';
  return code.startsWith('DOMAIN') ? 'domain' : 'local';
}

/** The address as somebody may see it who was forwarded the mail: `a•••@example.org`. */
export function maskAddress(email: string): string {
  const at = email.lastIndexOf('@');
  const [first = ''] = email;
  return `${at > 0 ? first : ''}•••${email.slice(at)}`;
}

/**
 * The address as a mail to somebody else may name it: `a•••@e•••.org`. Its owner chose it, so anything could be
 * written there, and mail programs make a link of a domain. The large providers are named in full.
 */
export function maskWhole(email: string): string {
  const masked = maskAddress(email);
  const at = masked.lastIndexOf('@') + 1;
  const domain = masked.slice(at);
  if (receiverGroup(domain) !== 'rest') return masked;
  const [first = ''] = domain;
  return `${masked.slice(0, at)}${first}•••${domain.slice(domain.lastIndexOf('.'))}`;
}

/** Words of others, such as a relay's answer, with every address in them masked. */
export const maskAddressesIn = (text: string): string =>
  text.replaceAll(/[^\s<>()[\]{},;:"']+@[^\s<>()[\]{},;"']+/g, maskAddress);
