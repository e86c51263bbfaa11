/** The fields that say whom a message was delivered to, the surest first. */
const FIELDS = new Set([
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'x-delivered-to',
  'to',
]);
const ADDRESS = /[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[\w.-]{1,190}\w/g;
const LONGEST_HEADER = 256 * 1024;
const MOST = 50;

/**
 * Whom a message in a mailbox was sent to, and its return path, as its header says: anybody can write one, so that it
 * only tells which address to look at. `sender` is empty for the null return path, and null where it is not said.
 */
export function readEnvelope(bytes: Buffer): { recipients: string[]; sender: string | null } {
  const text = bytes.subarray(0, LONGEST_HEADER).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const recipients = new Set<string>();
  let sender: string | null = null;
  for (const line of text
    .slice(0, end)
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1, colon + 4_000);
    if (name === 'return-path') sender ??= /<([^<>]*)>/.exec(value)?.[1] ?? null;
    const told = name === 'received' ? (/\bfor <?([^\s<>;]+)>?/.exec(value)?.[1] ?? '') : value;
    if (name !== 'received' && !FIELDS.has(name)) continue;
    for (const [address] of told.matchAll(ADDRESS))
      if (recipients.size < MOST) recipients.add(address.toLowerCase());
  }
  return { recipients: [...recipients], sender };
}
