import { createHash, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { DkimKey } from './keys.ts';

/** Signs messages with one or more keys. */
export interface DkimSigner {
  /**
   * The DKIM-Signature header fields, each ending in CRLF, to be put before `headers` (the message's
   * own as bytes in latin1, CRLF, with or without the empty line after them). `bodyHash` is what `bodyHasher` gives.
   * The signing itself runs on libuv's threads.
   */
  signHeaders(headers: string, bodyHash: string): Promise<string[]>;
}

/** Signed as often as they occur, and once more: nobody can add another one unseen (RFC 6376 §8.15). */
const OVERSIGNED = [
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'reply-to',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-unsubscribe',
  'list-unsubscribe-post',
];
/** Signed where they occur. */
const SIGNED = [
  'sender',
  'cc',
  'list-id',
  'list-archive',
  'list-help',
  'auto-submitted',
  'feedback-id',
  'cfbl-address',
];

const signAsync = promisify(sign);

/**
 * Makes a signer (RFC 6376 rsa-sha256, RFC 8463 ed25519-sha256, relaxed/relaxed) of the keys that
 * speak for `fromDomain` or a domain above it; of all, where none does.
 */
export function prepareSigner(keys: readonly DkimKey[], fromDomain: string): DkimSigner {
  const from = fromDomain.toLowerCase();
  const aligned = keys.filter(({ domain }) => `.${from}`.endsWith(`.${domain.toLowerCase()}`));
  const used = aligned.length > 0 ? aligned : keys;
  return {
    async signHeaders(headers, bodyHash) {
      const fields = relaxedFields(headers);
      const names: string[] = [];
      let data = '';
      const add = (name: string, oversign: boolean) => {
        // From the bottom up, as verifiers count them (§5.4.2).
        for (const field of (fields.get(name) ?? []).toReversed()) {
          names.push(name);
          data += `${field}\r\n`;
        }
        if (oversign) names.push(name);
      };
      for (const name of OVERSIGNED) add(name, true);
      for (const name of SIGNED) add(name, false);
      const time = Math.floor(Date.now() / 1000);
      return Promise.all(used.map((key) => signature(key, names, data, bodyHash, time)));
    },
  };
}

async function signature(
  { selector, domain, algorithm, key }: DkimKey,
  names: string[],
  data: string,
  bodyHash: string,
  time: number,
): Promise<string> {
  const unsigned = [
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed;`,
    `d=${domain}; s=${selector}; t=${time};`,
    ...fold(`h=${names.join(':')};`),
    `bh=${bodyHash};`,
    'b=',
  ].join('\r\n ');
  const signed = Buffer.from(data + relaxField(unsigned), 'latin1');
  const bytes =
    algorithm === 'rsa-sha256'
      ? await signAsync('sha256', signed, key)
      : await signAsync(null, createHash('sha256').update(signed).digest(), key);
  const encoded = bytes.toString('base64').match(/.{1,72}/g) ?? [];
  return `${unsigned}${encoded.join('\r\n ')}\r\n`;
}

/** Breaks a list of names after colons into lines of at most 76 characters. */
function fold(list: string): string[] {
  return list.match(/.{1,75}(?:[:;]|$)/g) ?? [list];
}

/** The fields of a header block by lower-case name, in order, each in relaxed form (§3.4.2). */
function relaxedFields(headers: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const line of headers.split(/\r\n(?![ \t])/)) {
    if (line === '') continue;
    const relaxed = relaxField(line);
    const name = relaxed.slice(0, relaxed.indexOf(':'));
    const others = fields.get(name);
    if (others) others.push(relaxed);
    else fields.set(name, [relaxed]);
  }
  return fields;
}

/** One field in relaxed form: name in lower case, unfolded, white space as one space, none at the edges. */
function relaxField(field: string): string {
  const colon = field.indexOf(':');
  // No trim(): it would take the byte 0xa0, the end of an "à" in UTF-8, for white space.
  const value = field
    .slice(colon + 1)
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .replaceAll(/^ | $/g, '');
  return `${field.slice(0, colon).trimEnd().toLowerCase()}:${value}`;
}
