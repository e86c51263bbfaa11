/** One whole reply of an SMTP server (RFC 5321 §4.2), its lines joined. */
export interface Reply {
  code: number;
  enhanced?: string;
  /** Code and words on one line, without control characters, at most 1,000 characters. */
  text: string;
}

/** What came is no SMTP reply, or has no end. */
export class ReplyError extends Error {
  override name = 'ReplyError';
}

const LONGEST_REPLY = 65_536;
const LONGEST_TEXT = 1_000;
const LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/;
// What nearly every reply is; nothing of it has to be put together anew.
const PLAIN_LINE = /^[2-5]\d\d [!-~]([ -~]{0,900}[!-~])?$/;

/**
 * A reader of replies: feed it what the socket brings, in any pieces, and it calls back once for
 * each whole reply. Throws ReplyError for what is none.
 */
export function replyReader(onReply: (reply: Reply) => void): (chunk: Buffer) => void {
  // Bytes are kept as latin1 until a reply is whole: a letter of UTF-8 may be split by packets.
  let rest = '';
  let lines: string[] = [];
  let length = 0;
  return (chunk) => {
    rest += chunk.toString('latin1');
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      const line = rest.slice(start, rest.charCodeAt(end - 1) === 13 ? end - 1 : end);
      start = end + 1;
      if (lines.length === 0 && PLAIN_LINE.test(line)) {
        onReply(plainReply(line));
        continue;
      }
      const match = LINE.exec(line);
      if (!match) throw new ReplyError(`not an SMTP reply: ${words(line.slice(0, 200))}`);
      lines.push(match[3] ?? '');
      length += line.length;
      if (match[2] === '-') {
        if (length > LONGEST_REPLY) throw new ReplyError('a reply without an end');
        continue;
      }
      const whole = lines;
      lines = [];
      length = 0;
      onReply(parseReply(Number(match[1]), whole));
    }
    rest = rest.slice(start);
    if (rest.length > LONGEST_REPLY) throw new ReplyError('a reply line without an end');
  };
}

function plainReply(line: string): Reply {
  const code = Number(line.slice(0, 3));
  const enhanced = line[5] === '.' ? ENHANCED.exec(line.slice(4))?.[1] : undefined;
  return enhanced === undefined ? { code, text: line } : { code, enhanced, text: line };
}

/** Makes a Reply of a code and the words of its lines. */
export function parseReply(code: number, lines: string[]): Reply {
  const enhanced = ENHANCED.exec(lines[0] ?? '')?.[1];
  const repeats = (line: string, at: number) => at > 0 && enhanced && line.startsWith(enhanced);
  const said = lines
    .map((line, at) => (repeats(line, at) ? line.slice(enhanced?.length) : line).trim())
    .join(' ');
  const text = words(`${code} ${said}`).slice(0, LONGEST_TEXT);
  return enhanced ? { code, enhanced, text } : { code, text };
}

/** Words without the addresses that relays quote: what is not kept beside a reader's row holds none. */
export function withoutAddresses(words: string): string {
  return words.replaceAll(/[^\s<>@]+@[^\s<>@]+/g, '…@…');
}

const PLAIN = /^[\x20-\x7e]*$/;

/** A relay's bytes as one readable line: UTF-8 where it is, no control character (NUL breaks a database's text). */
function words(bytes: string): string {
  if (PLAIN.test(bytes)) return bytes.trim();
  const utf8 = Buffer.from(bytes, 'latin1').toString('utf8');
  const text = utf8.includes('\u{fffd}') ? bytes : utf8;
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
