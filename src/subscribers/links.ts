import { readMailbox } from '../mail/mailbox.ts';
import type { Subject, Tokens } from './tokens.ts';

/** Where this service is reached (PUBLIC_URL), and what signs its links. */
export interface LinkMaker {
  publicUrl: string;
  tokens: Tokens;
}

/**
 * The page that asks for the one click of a double opt-in. The link is good for the address whose hash is given,
 * and for no later one of the same subscriber: a click says yes for the inbox it was found in.
 */
export const confirmUrl = (
  { publicUrl, tokens }: LinkMaker,
  subscriber: string,
  sentTo: Buffer,
  expires: Date,
) => {
  const extra = addressMark(sentTo);
  return `${publicUrl}/confirm/${tokens.sign('confirm', { subscriber, extra }, expires)}`;
};

/** The first 64 bits of the hash of an address, in hex: what a confirmation's link knows the address by. */
export const addressMark = (addressHash: Buffer): string =>
  addressHash.subarray(0, 8).toString('hex');

/**
 * Links that open what a subscriber has name how often the address was changed when they were mailed: they end
 * when it changes again, since the old mailbox may have another reader by then.
 */
const since = (addressChanges: number) =>
  addressChanges > 0 ? { extra: String(addressChanges) } : {};

/** Whether a link was mailed to the address that its subscriber has now. */
export const isCurrent = (subject: Subject, { addressChanges }: { addressChanges: number }) =>
  (subject.extra ?? '0') === String(addressChanges);

/** Leaves one newsletter: the page for a person, and the target of RFC 8058. Never expires. */
export const unsubscribeUrl = (
  maker: LinkMaker,
  subscriber: string,
  newsletter: string,
  addressChanges = 0,
  edition?: string,
) =>
  unsubscribePage(maker, unsubscribeToken(maker, subscriber, newsletter, addressChanges, edition));

/**
 * Both links to unsubscribe from one newsletter, with one token: that of RFC 8058, and a mailto (RFC 6068): to the
 * domain whose mail comes to us, or else, for a person to read, to the newsletter's replyTo or whom its messages are from.
 * Made once for all of a newsletter's subscribers, then asked for each. With an edition the links tell by which of them
 * a reader unsubscribed.
 */
export const openUnsubscribeLinks = (
  maker: LinkMaker,
  to: string,
  newsletter: string,
  edition?: string,
  inboundDomain?: string,
) => {
  // A token is letters, digits and dashes: nothing of it has to be encoded.
  const mailto = (token: string) =>
    inboundDomain
      ? `mailto:u+${token}@${inboundDomain}?subject=unsubscribe`
      : mailtoUnsubscribe(to, token);
  return (subscriber: string, addressChanges = 0) => {
    const token = unsubscribeToken(maker, subscriber, newsletter, addressChanges, edition);
    return {
      unsubscribeUrl: unsubscribePage(maker, token),
      unsubscribeMailto: mailto(token),
    };
  };
};

const unsubscribeToken = (
  { tokens }: LinkMaker,
  subscriber: string,
  newsletter: string,
  addressChanges: number,
  edition?: string,
) =>
  tokens.sign('unsubscribe', {
    subscriber,
    newsletter,
    ...(edition === undefined ? {} : { edition }),
    ...since(addressChanges),
  });

const unsubscribePage = ({ publicUrl }: LinkMaker, token: string) =>
  `${publicUrl}/unsubscribe/${token}`;

/** The mailto to unsubscribe, with a token or, for a preview, another word. */
export function mailtoUnsubscribe(to: string, token: string): string {
  const { address } = readMailbox(to);
  const at = address.lastIndexOf('@');
  const subject = encodeURIComponent(`unsubscribe ${token}`);
  return `mailto:${encodeURIComponent(address.slice(0, at))}${address.slice(at)}?subject=${subject}`;
}

/** The page to choose on. With an edition, who unsubscribes there is counted with it. */
export const preferencesUrl = (
  { publicUrl, tokens }: LinkMaker,
  subscriber: string,
  addressChanges = 0,
  edition?: string,
) =>
  `${publicUrl}/preferences/${tokens.sign('preferences', {
    subscriber,
    ...(edition === undefined ? {} : { edition }),
    ...since(addressChanges),
  })}`;

/** The page of a person's own data: only from a fresh letter, since digests get forwarded. */
export const privacyUrl = (
  { publicUrl, tokens }: LinkMaker,
  subscriber: string,
  expires: Date,
  addressChanges = 0,
) =>
  `${publicUrl}/privacy/${tokens.sign('privacy', { subscriber, ...since(addressChanges) }, expires)}`;

/** Where a reader says that they want to go on; never expires, so that one press brings them back whenever it comes. */
export const keepUrl = ({ publicUrl, tokens }: LinkMaker, subscriber: string, addressChanges = 0) =>
  `${publicUrl}/keep/${tokens.sign('keep', { subscriber, ...since(addressChanges) })}`;

/** An edition on the web. Nothing of the reader is in it; a private newsletter's wants a token all the same. */
export const viewUrl = (
  { publicUrl, tokens }: LinkMaker,
  newsletter: { slug: string; private: boolean },
  edition: { id: string; number: number },
) => {
  const page = `${publicUrl}/archive/${newsletter.slug}/${edition.number}`;
  if (!newsletter.private) return page;
  return `${page}?token=${tokens.sign('archive', { subscriber: '0', edition: edition.id })}`;
};

/** Confirms a change of address; the letter that carries it holds the new one. Ends with any change of address. */
export const addressUrl = (
  { publicUrl, tokens }: LinkMaker,
  subscriber: string,
  letter: string,
  expires: Date,
  addressChanges = 0,
) => {
  const extra = `${letter}_${addressChanges}`;
  return `${publicUrl}/address/${tokens.sign('address', { subscriber, extra }, expires)}`;
};

/** Takes a change of address back; the letter that carries it went to the old one. */
export const restoreUrl = (
  { publicUrl, tokens }: LinkMaker,
  subscriber: string,
  letter: string,
  expires: Date,
) => `${publicUrl}/restore/${tokens.sign('restore', { subscriber, extra: letter }, expires)}`;
