/** RFC 2045: 76 characters a line, the `=` of a soft break among them. */
const LINE = 75;
const PLAIN = /^[!-<>-~]+$/;
const DOT = '=2E';

/**
 * One well-formed value in quoted-printable (RFC 2045), to stand at the beginning of a line. No
 * line is longer than 76, none begins with a dot (RFC 5321, 4.5.2, would have it doubled on the
 * wire), the value does not end in a bare space, and a letter is never cut in two.
 */
export function encodeValue(value: string): string {
  const plain = PLAIN.test(value);
  if (plain && value.length <= LINE && !value.startsWith('.')) return value;
  let encoded = plain ? value : value.replaceAll(/[^ -<>-~]+/g, encodeRun);
  if (encoded.endsWith(' ')) encoded = `${encoded.slice(0, -1)}=20`;
  let folded = '';
  let from = 0;
  while (from < encoded.length) {
    const dot = encoded.startsWith('.', from);
    const start = dot ? DOT : '';
    if (dot) from += 1;
    const end = endOfLine(encoded, from, LINE - start.length);
    folded += start + encoded.slice(from, end);
    if (end < encoded.length) folded += '=\r\n';
    from = end;
  }
  return folded;
}

// One is remembered: what masks an address is the same for all readers.
let lastRun = { run: '', encoded: '' };

function encodeRun(run: string): string {
  if (run !== lastRun.run) {
    lastRun = { run, encoded: encodeURIComponent(run).replaceAll('%', '=') };
  }
  return lastRun.encoded;
}

function endOfLine(encoded: string, from: number, width: number): number {
  if (encoded.length - from <= width) return encoded.length;
  let end = from + width;
  if (encoded[end - 1] === '=') end -= 1;
  else if (encoded[end - 2] === '=') end -= 2;
  // Bytes 80 to BF continue a letter of UTF-8.
  while (encoded[end] === '=' && '89AB'.includes(encoded[end + 1] ?? '')) end -= 3;
  return end;
}
