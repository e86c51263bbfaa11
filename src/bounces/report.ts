import PostalMime, { type Email } from 'postal-mime';
import { readHtml } from '../text/plain-text.ts';

/** A message that came back, taken apart. */
export interface Report {
  /** The first value of each header, by its name in small letters. */
  headers: ReadonlyMap<string, string>;
  subject: string;
  /** The machine's or the person's own words, without the message that they are about. */
  words: string;
  /** The groups of fields of RFC 3464, one a recipient, wherever they stood. */
  statuses: ReadonlyMap<string, string>[];
  /** The fields of an abuse report (RFC 5965); undefined where it is none. */
  feedback: ReadonlyMap<string, string> | undefined;
  /** What is left of the message that it is about: its header, and maybe more. */
  returned: string;
  /** Types of its attachments. */
  types: string[];
}

/** Nested deeper, or with a longer header, it is no report that a mail server made. */
const DEEPEST = 20;
const LONGEST_HEADER = 256 * 1024;
/** A report says what it has to say at its beginning. */
const LONGEST_WORDS = 64 * 1024;
const MOST_LINES = 2_000;
const LONGEST_PARSED = 1024 * 1024;
const MOST_PARSED = 10_000;
const LONGEST_LINE = 998;
const MOST_RECIPIENTS = 100;

/** A message whose parts are not where its header says: everything behind the header, as if it were one text. */
export function unparted(report: Report, bytes: Uint8Array): Report {
  const { own, rest } = parted(bodyOf(bytes));
  return { ...report, words: own, statuses: groupsIn(own), returned: rest };
}

/** Takes a message apart. Throws what the MIME parser throws where it is nested absurdly. */
export async function readReport(bytes: Uint8Array): Promise<Report> {
  const email = await PostalMime.parse(beginning(bytes), {
    forceRfc822Attachments: true,
    attachmentEncoding: 'utf8',
    maxNestingDepth: DEEPEST,
    maxHeadersSize: LONGEST_HEADER,
  });
  const headers = new Map<string, string>();
  for (const { key, value } of email.headers) if (!headers.has(key)) headers.set(key, value);
  const contents = (type: RegExp) =>
    email.attachments
      .filter(({ mimeType }) => type.test(mimeType))
      .map(({ content }) => bounded(typeof content === 'string' ? content : ''));
  const { own, rest } = parted(wordsOf(email, contents(/^text\/plain/)));
  const subject = email.subject ?? '';
  const returned = [
    ...contents(
      /^(?:message\/(?:rfc822|global|partial)|(?:text|message)\/(?:rfc822-headers|global-headers))/,
    ),
    rest,
  ].join('\n\n');
  return {
    headers,
    subject,
    words: own,
    statuses: groupsIn(
      [...contents(/^message\/(?:delivery|global-delivery)-?status$/), own].join('\n\n'),
    ),
    feedback:
      contents(/^message\/feedback-report$/).map(fieldsOf)[0] ??
      feedbackInWords(own) ??
      feedbackOfMicrosoft(headers, subject, `${own}\n${returned}`),
    returned,
    types: email.attachments.map(({ mimeType }) => mimeType),
  };
}

/** The fields of an abuse report that came as text. */
function feedbackInWords(words: string): ReadonlyMap<string, string> | undefined {
  const at = words.search(/^feedback-type:/im);
  if (at < 0) return undefined;
  const fields = fieldsOf(words.slice(at).split('\n\n')[0] ?? '');
  return fields.has('user-agent') || fields.has('version') ? fields : undefined;
}

/** Outlook.com's Junk Mail Reporting Program sends the message with one field of its own, and no report. */
function feedbackOfMicrosoft(
  headers: ReadonlyMap<string, string>,
  subject: string,
  message: string,
): ReadonlyMap<string, string> | undefined {
  const recipient =
    headers.get(JMRP) ?? /^x-hmxmroriginalrecipient:[ \t]*(.*)$/im.exec(message)?.[1];
  if (recipient === undefined && !/^complaint about message from [\d.:a-f]+$/i.test(subject))
    return undefined;
  return new Map([
    ['feedback-type', 'abuse'],
    ['original-rcpt-to', recipient ?? ''],
  ]);
}
const JMRP = 'x-hmxmroriginalrecipient';

/** What comes first: the report, and the header of the message that it is about. The parser takes some 20 µs a line. */
function beginning(bytes: Uint8Array): Uint8Array {
  let at = 0;
  for (let line = 0; line < MOST_PARSED && at >= 0; line++) at = bytes.indexOf(10, at + 1);
  return bytes.subarray(0, Math.min(at < 0 ? bytes.length : at, LONGEST_PARSED));
}

function bodyOf(bytes: Uint8Array): string {
  const text = bounded(new TextDecoder('latin1').decode(bytes.subarray(0, LONGEST_WORDS)));
  return text.slice(text.indexOf('\n\n') + 2).replaceAll(/<[a-z/!][^<>]*>/gi, ' ');
}

function wordsOf(email: Email, attached: string[]): string {
  const text = email.text?.trim()
    ? email.text
    : linesOf((email.html ?? '').slice(0, LONGEST_WORDS));
  return bounded([text, ...attached].join('\n\n'));
}

/** As many lines as somebody would write, and as long (RFC 5322, 2.1.1): the patterns need not stand more. */
const bounded = (text: string): string =>
  text
    .slice(0, LONGEST_WORDS)
    .split(/\r\n?|\n/)
    .slice(0, MOST_LINES)
    .map((line) => line.slice(0, LONGEST_LINE).trimEnd())
    .join('\n');

/** The lines of a report that is HTML alone. */
const linesOf = (html: string): string =>
  html
    .split(/<br\s*\/?>|<\/(?:p|div|tr|li|h\d|title|head)>/i)
    .map((line) => readHtml(line).text)
    .join('\n');

const HEADER =
  /^(?:received|return-path|message-id|from|to|cc|subject|date|mime-version|content-type|content-transfer-encoding|delivered-to|dkim-signature|reply-to|sender|x-[\w-]+):/i;

/** Where the machine's words end and the message begins that they are about: at a header in the text, or where it says so. */
function parted(text: string): { own: string; rest: string } {
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const said = SEPARATOR.test(line);
    // one line such as "To: …" may be the report's own
    if (
      said ||
      (/^(?:received|return-path|message-id):/i.test(line) && headersFrom(lines, at) >= 2)
    )
      return {
        own: lines.slice(0, at).join('\n'),
        rest: lines.slice(at + Number(said)).join('\n'),
      };
  }
  return { own: text, rest: '' };
}

const SEPARATOR =
  /^[\s>*]*(?:-{3,}|={3,}|_{3,})?\s*(?:below this line is (?:a|the) (?:copy|original)|this is (?:a )?copy of (?:the|your) (?:message|original)|(?:the )?(?:header|text|body|start|beginning|contents?)s? of (?:the )?(?:original|returned|your) (?:message|mail)|(?:your )?(?:original|returned|unsent|undelivered|rejected) (?:e-?mail |mail )?(?:message|mail)(?: (?:follows|header|text|below|attached))*|message headers? follows?|(?:the )?(?:headers?|first \d+ lines) of (?:the|your) .{0,40}follow|unsent message (?:follows|below)|mensaje original|message d'origine|urspr\S+ nachricht)\b.{0,60}$/i;

function headersFrom(lines: string[], at: number): number {
  let found = 0;
  for (const line of lines.slice(at, at + 12)) {
    if (HEADER.test(line)) found++;
    else if (!/^\s+\S/.test(line)) break;
  }
  return found;
}

/** The fields of a block, unfolded; of one that is there twice, the first. */
export function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of fieldLines(block)) if (!fields.has(name)) fields.set(name, value);
  return fields;
}

function* fieldLines(block: string): Generator<[string, string]> {
  for (const line of block.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value] = /^([A-Za-z][\w-]*):\s*(.*)$/.exec(line.trim()) ?? [];
    if (name !== undefined && value !== undefined) yield [name.toLowerCase(), value.trim()];
  }
}

/** The groups that name a recipient. Some forget the empty line between two: the next begins where a field comes again. */
function groupsIn(text: string): Map<string, string>[] {
  const groups: Map<string, string>[] = [];
  for (const block of text.split(/\r?\n[ \t]*\r?\n/)) {
    if (!/^\s*(?:final|original)-recipient:/im.test(block)) continue;
    let group = new Map<string, string>();
    groups.push(group);
    for (const [name, value] of fieldLines(block)) {
      if (group.has(name) && (name === 'final-recipient' || name === 'action')) {
        group = new Map();
        groups.push(group);
      }
      group.set(name, value);
    }
  }
  return groups
    .filter((group) => group.has('final-recipient') || group.has('original-recipient'))
    .slice(0, MOST_RECIPIENTS);
}
