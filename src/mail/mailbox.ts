/** A name and an address, as From, Reply-To and To hold them (RFC 5322, 3.4). */
export interface Mailbox {
  address: string;
  /** Plain text, in no header's quoting or encoding. */
  name: string | null;
}

/**
 * Reads a mailbox as settings hold it: `The Daily <daily@example.org>` or the bare address. Everything before the
 * bracket is the name, whatever a header would make of its colons, brackets and quotes; a name that stands in quotes
 * as a whole loses them.
 */
export function readMailbox(text: string): Mailbox {
  const [, before = '', address] = /^([^<>]*)<([^<>]+)>\s*$/.exec(text) ?? [];
  if (address === undefined) return { address: text.trim(), name: null };
  const name = before.trim();
  const [, quoted] = /^"((?:[^"\\]|\\.)*)"$/.exec(name) ?? [];
  return { address: address.trim(), name: (quoted?.replaceAll(/\\(.)/g, '$1') ?? name) || null };
}
