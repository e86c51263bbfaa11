import { fieldsOf, type Report } from './report.ts';

export type Phase = 'connect' | 'mail' | 'rcpt' | 'data';

/** One recipient of a message that came back, and what is said of them. */
export interface Returned {
  address: string | undefined;
  action?: string | undefined;
  /** The command that was refused, where that is known. */
  phase?: Phase | undefined;
  status?: string | undefined;
  code?: number | undefined;
  words: string;
}

const ADDRESS = /[\w!#$%&*+/=?^`{|}~.-][\w!#$%&'*+/=?^`{|}~.-]*@[\w-]+(?:\.[\w-]+)*/u;
const EVERY_ADDRESS = new RegExp(ADDRESS, 'gu');

/** Who a report is about: by its fields where it has them (RFC 3464), else by its words. */
export function recipientsIn(report: Report): Returned[] {
  const fielded = report.statuses.map((fields) => byFields(fields, report));
  return fielded.length > 0 ? distinct(fielded) : distinct(byWords(report));
}

function byFields(fields: ReadonlyMap<string, string>, report: Report): Returned {
  const address = [
    fields.get('original-recipient'),
    fields.get('final-recipient'),
    fields.get('x-actual-recipient'),
  ]
    .map((value) => ADDRESS.exec(value?.replace(/^[\w-]+\s*;/, '') ?? '')?.[0])
    .find((one) => one !== undefined && !one.includes('..'));
  const diagnostic = (fields.get('diagnostic-code') ?? '').replace(/^[\w-]+\s*;\s*/, '');
  const about = wordsAbout(report.words, address);
  const words = meaningful(diagnostic) ? diagnostic : `${diagnostic} ${about}`;
  const given = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('status') ?? '')?.[0];
  return {
    address,
    action: fields.get('action')?.toLowerCase().split(/[\s(]/)[0],
    ...codesIn(words, given),
    phase: phaseIn(about) ?? quotedPhase(diagnostic, address, given),
    words,
  };
}

/** Words that say more than a code. */
const meaningful = (text: string) => /\p{L}{3,}.*\p{L}{3,}/u.test(text);

/** What a report's words say of one address: what stands behind it, up to the next one. */
function wordsAbout(text: string, address: string | undefined): string {
  const all = blocksIn(text);
  const own = all.filter((block) => block.addresses.includes(address?.toLowerCase() ?? ''));
  return own.length > 0 && all.length > 1 ? own.map((block) => block.words).join('\n') : text;
}

/** The codes that are said: an enhanced one that says something before one that says only yes or no. */
function codesIn(words: string, given?: string): Pick<Returned, 'status' | 'code'> {
  const enhanced = [...words.matchAll(/(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.])/g)].map(
    ([, one]) => one,
  );
  const status =
    [given, ...enhanced].find((one) => one !== undefined && !/^\d\.0\./.test(one)) ??
    given ??
    enhanced[0];
  const code = /(?<![\d.])([45]\d\d)(?![\d.])/.exec(words)?.[1];
  return { status, code: code === undefined ? undefined : Number(code) };
}

/** How Postfix, Exim, sendmail, qmail, Yahoo, 1&1 and others name the command; the last that is named was refused. */
const PHASES: readonly [Phase, RegExp][] = [
  [
    'rcpt',
    /(?:in reply to|after|>>>|<<<|sent|\[|does not like|not like our) ?(?:end of )?(?:rcpt|recipient)|rcpt(?:_to| to| command)\b|smtp:rcpt/gi,
  ],
  [
    'data',
    /(?:in reply to|after) (?:the )?(?:end of )?(?:pipelined )?(?:data|message)|(?:>>>|\[|our)\s*(?:final )?data\b|text command|after i sent the message/gi,
  ],
  [
    'mail',
    /(?:in reply to|after|>>>|not like our) (?:pipelined )?mail from|mail from command|sender was rejected/gi,
  ],
  [
    'connect',
    /after (?:initial connection|ehlo|helo)|refused to talk|not like our (?:ehlo|helo|greeting)/gi,
  ],
];

function phaseIn(words: string): Phase | undefined {
  let last: { phase: Phase; at: number } | undefined;
  for (const [phase, pattern] of PHASES)
    for (const { index } of words.matchAll(pattern))
      if (!last || index > last.at) last = { phase, at: index };
  // pipelined: what seems to be said of DATA was said of the only recipient
  if (/no valid recipients/i.test(words)) return 'rcpt';
  return last?.phase;
}

/** A reply that begins with the address was given to its RCPT, where the machine says that it is for good. */
function quotedPhase(diagnostic: string, address = '', status?: string): Phase | undefined {
  const reply = /^[45]\d\d[ -](?:[245]\.\d+\.\d+ )?<?(\S+@[\w.-]+\w)/.exec(diagnostic)?.[1];
  return status?.startsWith('5') && reply?.toLowerCase() === address.toLowerCase()
    ? 'rcpt'
    : undefined;
}

interface Block {
  /** Mostly one; some list them all in one line. */
  addresses: string[];
  words: string;
  /** One line of a transcript: what follows is said of another one. */
  closed: boolean;
}

const CODE_FIRST = /^\s*[245]\d\d[ -]/;
/** Begins a block: a line whose first word is an address, or that names one as the recipient. */
const AT_FIRST =
  /^[\s>*|"'(<\-\u2022]*(?:[245]\d\d[ -]<)?(?:rfc822;)?\s*(?:\S*smtp=)?([^\s<>"',;:()[\]]+@[\w.-]+\w)/iu;
const NAMED =
  /(?:deliver\w*(?: your| the| this)?(?: mail| message)? to|message to|undeliverable to|rcpt to:|recipients?(?: address)?:|failed(?: for)?:|mailbox[\w ]*:|user\w*:|attempts:|smtp=|unknown\w*[^:]{0,20}:|to:)\s*[<"']?([^\s<>"',;:()[\]]+@[\w.-]+\w)/iu;
/** What a server said of the one before: an address in it is where that one's mail goes. */
const REPLY = /(?<![\d.])[45]\d\d[ -]\D|server after (?:pipelined )?rcpt/i;
const NOT_OURS =
  /^[\s>]*to:|mail from|envelope-from|^\s*(?:from|subject|sent|date|message-id|cc)\s*:|postmaster|reply-to|mailto:|contact/i;

function blocksIn(text: string): Block[] {
  const blocks: Block[] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1);
    const first = AT_FIRST.exec(line);
    const address =
      !first && (NOT_OURS.test(line) || (last && !last.closed && REPLY.test(line)))
        ? undefined
        : (first ?? NAMED.exec(line))?.[1];
    if (
      address !== undefined &&
      ADDRESS.test(address) &&
      !address.includes('..') &&
      !last?.addresses.includes(address.toLowerCase())
    )
      blocks.push({
        addresses: listedFrom(line, address),
        words: line,
        closed: CODE_FIRST.test(line),
      });
    else if (last && !last.closed) last.words += `\n${line}`;
  }
  return blocks;
}

/** An address, and those that follow it in a list. */
function listedFrom(line: string, first: string): string[] {
  const rest = line.slice(line.indexOf(first) + first.length);
  const more = /^(?:[>"']{0,2}\s*[,;]\s*[<"']{0,2}[^\s<>"',;:()[\]]+@[\w.-]+\w)+/.exec(rest)?.[0];
  return [first, ...(more?.match(EVERY_ADDRESS) ?? [])].map((one) => one.toLowerCase());
}

/** What a report tells of the message, in lines of its own. */
const SENT =
  /^[ \t>]*(?:from|to|cc|subject|sent|sent date|date|message-id|size|number of lines)\b[^:\n]{0,12}:.*$/gim;

function byWords(report: Report): Returned[] {
  const { headers, words } = report;
  const blocks = blocksIn(words);
  const addresses = [...new Set(blocks.flatMap((block) => block.addresses))];
  if (addresses.length === 0) addresses.push(...namedElsewhere(report));
  return addresses.map((address) => {
    const said =
      addresses.length > 1
        ? blocks
            .filter((one) => one.addresses.includes(address))
            .map((one) => one.words)
            .join('\n')
        : words.replaceAll(SENT, '');
    return {
      address,
      ...codesIn(said),
      phase: phaseIn(said),
      words: said,
      action: delayedIn(headers.get('subject') ?? '', words),
    };
  });
}

const delayedIn = (subject: string, words: string) =>
  /\bdelay|warning|will be retried|still being/i.test(`${subject}`) ||
  /THIS IS A WARNING|has been delayed|will be retried/i.test(words)
    ? 'delayed'
    : 'failed';

/** Where the words name nobody: Exim's and Gmail's header, then whoever the returned message went to. */
function namedElsewhere({ headers, words, returned }: Report): string[] {
  const own = new Set(
    [headers.get('to'), headers.get('from')].flatMap(
      (value) => value?.toLowerCase().match(EVERY_ADDRESS) ?? [],
    ),
  );
  const failed = headers.get('x-failed-recipients')?.match(EVERY_ADDRESS);
  if (failed) return failed.map((one) => one.toLowerCase());
  const spoken = (words.match(EVERY_ADDRESS) ?? [])
    .map((one) => one.toLowerCase())
    .filter((one) => !own.has(one));
  if (spoken.length > 0) return [...new Set(spoken)].slice(0, 1);
  const to = fieldsOf(returned).get('to')?.match(EVERY_ADDRESS);
  return to ? [...new Set(to.map((one) => one.toLowerCase()))] : [];
}

function distinct(all: Returned[]): Returned[] {
  const seen = new Set<string>();
  return all.filter(({ address }) => {
    if (address === undefined) return true;
    const key = address.toLowerCase();
    return !seen.has(key) && Boolean(seen.add(key));
  });
}
