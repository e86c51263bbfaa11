/**
 * A message, or a part of it that begins a line or the break before one, as it goes over the wire: each dot at the
 * beginning of a line doubled (RFC 5321, 4.5.2). The same buffer where there is none.
 */
export function dotStuff(part: Buffer): Buffer {
  const text = part.toString('latin1');
  if (!text.startsWith('.') && !text.includes('\r\n.')) return part;
  return Buffer.from(text.replaceAll(/(^|\r\n)\./g, '$1..'), 'latin1');
}
