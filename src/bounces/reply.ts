import PostalMime, { type Email } from 'postal-mime';

/** Written by the newsroom's own passing on: a reply that has it has been here before. */
export const OWN_MARK = 'X-Gaceta-Reply';

/** Of these nothing is passed on: a machine wrote them, and an answer to one may be answered by the next (RFC 3834). */
export function isAutomatic(headers: ReadonlyMap<string, string>, sender: string | null): boolean {
  return (
    // the null return path, of all that is never to be answered
    sender === '' ||
    !/^\s*(?:no\b|$)/i.test(headers.get('auto-submitted') ?? 'no') ||
    /\b(?:bulk|list|junk|auto[_-]?reply)\b/i.test(headers.get('precedence') ?? '') ||
    ['x-autoreply', 'x-autorespond', 'x-loop', 'list-id', OWN_MARK.toLowerCase()].some((name) =>
      headers.has(name),
    )
  );
}

/** How readers ask to be unsubscribed, in English and Spanish. */
const OUT =
  /^\W*(?:please,?\s+|por favor,?\s+)?(?:unsubscribe|stop(?:\s*$|[.!]|\s+(?:sending|emailing|this|these|it))|opt[ -]?out|(?:please )?(?:remove|take) me (?:off|from)|remove me|(?:dar(?:me)?|d[eé]me|denme|dadme|quiero (?:dar(?:me)?|la)|solicito(?: la)?) (?:de )?baja|baja\b|cancelar (?:la |mi )?suscripci[oó]n|no quiero (?:recibir|m[aá]s correos))/iu;
/** Where a mail program quotes what is answered. */
const QUOTED =
  /^\s*(?:>|-{2,}\s*(?:original|mensaje|forwarded)|_{5,}|(?:on|el|am|le)\b.{5,120}(?:wrote|escribi[oó]|schrieb|a écrit)\s*:|(?:from|de|von)\s*:\s*\S)/iu;
const MOST_TEXT = 64 * 1024;

/** Whether its subject, or the first line of its own text, asks to be unsubscribed; what is quoted does not count. */
export function wantsOut({ subject = '', text = '' }: Pick<Email, 'subject' | 'text'>): boolean {
  const own = subject.replace(/^\s*(?:(?:re|fwd?|rv|aw|sv)\s*:\s*)+/i, '');
  // an answer's subject is the newsletter's own
  if (own === subject && OUT.test(subject)) return true;
  for (const line of text.slice(0, MOST_TEXT).split(/\r?\n/)) {
    if (QUOTED.test(line)) return false;
    if (line.trim() !== '') return OUT.test(line.trim().slice(0, 200));
  }
  return false;
}

/** Takes a reply apart. Throws what the MIME parser throws where it is nested absurdly. */
export const readReply = (bytes: Uint8Array): Promise<Email> =>
  PostalMime.parse(bytes, {
    attachmentEncoding: 'arraybuffer',
    maxNestingDepth: 20,
    maxHeadersSize: 256 * 1024,
  });
