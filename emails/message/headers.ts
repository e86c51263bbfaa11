import { domainToASCII } from 'node:url';
import { encodeWord, encodeWords, foldLines } from 'nodemailer/lib/mime-funcs';
import type { Mailbox } from '../../src/mail/mailbox.ts';
import { oneLine } from '../../src/text/one-line.ts';

import { refuseControl, Unaddressable } from './subscriber-values.ts';

// A dot-string or a quoted one, then a domain; what a bracket or comma could break out of is refused.
const ADDRESS = /^(?:[^\s<>()[\]\\,;:@"]+|"(?:[^"\\]|\\.)+")@([^\s<>()[\]\\,;:@"]+)$/u;
const ASCII = /^[\x20-\x7e]*$/;
const PHRASE = /^[A-Za-z0-9!#$%&'*+\-/^_{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/^_{|}~]+)*$/;
const MESSAGE_ID = /^[!-;=?A-~]{1,400}@[!-;=?A-~]{1,400}$/;
const LINK = /^[a-z]+:[!-;=?-~]{1,900}$/;
const LINE = 76;
/** The longest encoded word that leaves room for the field's name on its line. */
const WORD = 66;

/** An address in the form a header can hold; `utf8` says that the relay must know SMTPUTF8. */
export interface HeaderAddress {
  text: string;
  utf8: boolean;
}

/** The address with its domain in ASCII; the local part stays as typed. Throws Unaddressable. */
export function headerAddress(address: string): HeaderAddress {
  const found = ADDRESS.exec(refuseControl(address, 'address'));
  if (!found || address.length > 320) throw new Unaddressable('The address is not an address');
  if (ASCII.test(address)) return { text: address, utf8: false };
  const domain = found[1] ?? '';
  const ascii = domainToASCII(domain);
  if (!ascii) throw new Unaddressable('The domain of the address cannot be written in ASCII');
  const local = address.slice(0, -domain.length - 1);
  return { text: `${local}@${ascii}`, utf8: !ASCII.test(local) };
}

/** A name as RFC 5322 phrase: as it is, quoted, or in encoded words (RFC 2047), folded. */
export function phraseOf(name: string): string {
  const clean = refuseControl(name, 'name').trim();
  if (clean.length <= 60 && PHRASE.test(clean)) return clean;
  if (ASCII.test(clean) && !clean.includes('=?')) {
    const quoted = `"${clean.replaceAll(/["\\]/g, '\\$&')}"`;
    const lines = quoted.replaceAll(/(.{30,50}?) (?=\S)/g, '$1\n').split('\n');
    if (lines.every((line) => line.length <= WORD)) return lines.join('\r\n ');
  }
  return encoded(clean);
}

/** A text in encoded words (RFC 2047), as few as there can be: some readers show a space between two. */
function encoded(text: string): string {
  const [plain, base64] = [encodeWord(text, 'Q', WORD), encodeWord(text, 'B', WORD)];
  return (plain.length <= base64.length ? plain : base64).replaceAll(' ', '\r\n ');
}

/** The value of a field that holds one mailbox: From, To, Reply-To. Throws Unaddressable. */
export function mailboxHeader(field: string, { address: typed, name }: Mailbox): HeaderAddress {
  const address = headerAddress(typed);
  if (!name?.trim()) return address;
  const phrase = phraseOf(name);
  const width = phrase.length - phrase.lastIndexOf('\n') + address.text.length;
  const gap = width + `${field}: `.length + 3 > LINE ? '\r\n ' : ' ';
  return { text: `${phrase}${gap}<${address.text}>`, utf8: address.utf8 };
}

/**
 * The value of Subject, folded. Text that looks like an encoded word is encoded, too, so that readers see it as it
 * was written (RFC 2047, 5). Throws Unaddressable.
 */
export function subjectHeader(subject: string): string {
  const line = refuseControl(subject, 'subject');
  if (line.includes('=?')) return encoded(line);
  return foldLines(`Subject: ${encodeWords(line, 'Q', 52)}`, LINE).slice('Subject: '.length);
}

/** The value of Message-ID. */
export function messageIdHeader(id: string): string {
  if (!MESSAGE_ID.test(id)) throw new Unaddressable('The Message-ID is not of the form a@b');
  return `<${id}>`;
}

let lastDate = { second: Number.NaN, text: '' };

/** The value of Date (RFC 5322, 3.3), in UTC. The last is remembered: thousands of messages share a second. */
export function dateHeader(date: Date): string {
  const second = Math.floor(date.getTime() / 1_000);
  if (second !== lastDate.second) {
    lastDate = { second, text: date.toUTCString().replace('GMT', '+0000') };
  }
  return lastDate.text;
}

/** The value of List-Id (RFC 2919): a newsletter keeps one, so that readers can sort by it. */
export function listIdHeader(newsletter: { slug: string; title: string }, publicUrl: string) {
  // A List-Id is a dot-atom: the brackets and colons of an IPv6 address are none.
  const host = new URL(publicUrl).hostname.replaceAll(/[[\]:]+/g, '-');
  return `${phraseOf(oneLine(newsletter.title))} <${newsletter.slug}.${host}>`;
}

/** The value of List-Unsubscribe: the one-click link first, then the mailto (RFC 8058, RFC 2369). */
export function listUnsubscribeHeader(url: string, mailto: string): string {
  if (!LINK.test(url) || !LINK.test(mailto))
    throw new Unaddressable('An unsubscribe link cannot stand in a header');
  return `<${url}>,\r\n <${mailto}>`;
}

/**
 * The value of Feedback-ID, by which Gmail tells a sender where complaints come from: campaign, newsletter, kind, sender,
 * and nothing of the reader. Gmail counts each part by itself, wherever it stands: a slug has no dots, so no part can be
 * taken for another one.
 */
export const feedbackIdHeader = (
  { slug }: { slug: string },
  { number, kind }: { number: number; kind: string },
): string => `${slug}.${number}:${slug}:kind.${kind}:gaceta`;

/**
 * CFBL-Address (RFC 9477): where a mailbox provider may send complaints, as abuse reports. Only where the address is of
 * the domain of From or below it: others would have to sign, too.
 */
export function complaintsHeader(
  { address }: Mailbox,
  complaintsTo: string | undefined,
): Record<string, string> {
  if (complaintsTo === undefined) return {};
  const domain = (of: string) => of.slice(of.lastIndexOf('@') + 1).toLowerCase();
  if (!`.${domain(complaintsTo)}`.endsWith(`.${domain(address)}`)) return {};
  return { 'CFBL-Address': `${complaintsTo}; report=arf` };
}
