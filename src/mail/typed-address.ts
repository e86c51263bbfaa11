/**
 * The address in what somebody typed or pasted: an input method's full-width letters, invisible marks, and what
 * stands around an address in mail programs, spreadsheets and pages. Only where there is one reading: of two
 * addresses, or of a space inside one, nothing is guessed, and the text comes back with what is wrong in it.
 * An address alone comes back as it is.
 */
export function addressIn(input: string): string {
  let text = asciiForms(input).replace(IGNORED, '').normalize('NFC');
  // a wrapper in a wrapper: "Bob <mailto:bob@example.com>;"
  for (let depth = 0; depth < 8; depth++) {
    const before = text;
    text = unwrap(text.replace(EDGES, ''));
    if (text === before) break;
  }
  return withPlainDots(text);
}

/** Full-width and small forms of ASCII characters (U+FF01–FF5E, U+FE50–FE6B): what Japanese and Chinese input types. */
const asciiForms = (text: string) =>
  text.replace(/[\uff01-\uff5e\ufe50-\ufe6b]/g, (form) => form.normalize('NFKC'));

/** Marks that mean nothing in an address wherever they stand: soft hyphen, zero-width space, word joiner, bidi marks. */
const IGNORED = /[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]/g;

/** At an end also what orders or joins the letters beside it. */
const EDGES = /^[\s\p{Z}\p{Cf}]+|[\s\p{Z}\p{Cf}]+$/gu;

/** The closing sign of each that may stand around an address, or around one behind a name. */
const PAIRS: Record<string, string> = {
  '<': '>',
  '(': ')',
  '[': ']',
  '"': '"',
  "'": "'",
  '“': '”',
  '‘': '’',
  '«': '»',
  '„': '“',
};

function unwrap(text: string): string {
  const bare = text.replace(/(?<=@.*)[.,;:、]+$|^[,;]+/gsu, '');
  if (bare !== text) return bare;

  const label = /^(?:(mailto)|smtp|e-?mail|mail|correo):(?:\/\/)?(.+)$/isu.exec(text);
  if (label) return label[1] ? fromMailto(label[2] ?? '') : (label[2] ?? '');
  if (!text.includes('@') && /%40/.test(text)) return decoded(text);

  const closing = PAIRS[text[0] ?? ''];
  const inside = text.slice(1, -1);
  if (closing !== undefined && text.endsWith(closing) && isOne(inside)) return inside;

  const found =
    // Bob <bob@example.com>, also without the last sign
    /^[^@<>]*<([^<>]+)>?$/su.exec(text) ??
    // Bob (bob@example.com), Bob [mailto:bob@example.com]
    /^[^@()[\]]+\s[([]([^()[\]]+@[^()[\]]+)[)\]]$/su.exec(text) ??
    // bob@example.com (Bob)
    /^([^\s()]+@[^\s()]+)\s*\([^()@]*\)$/su.exec(text) ??
    // bob@example.com <bob@example.com>, [bob@example.com](mailto:bob@example.com)
    /^["'[]?([^\s<>"[\]()]+@[^\s<>"[\]()]+?)["'\]]?\s*[<[(](?:mailto:)?\1[>\])]$/iu.exec(text) ??
    // half of a pair
    /^([^<>]+)>$/u.exec(text) ??
    /^([^"“”‘’()[\]]+@[^"'“”‘’()[\]]+)["'”’)\]]$/u.exec(text);
  return found?.[1] ?? text;
}

/** Whether a text inside a pair of signs holds no such sign of its own that would end it before. */
const isOne = (text: string) => text.includes('@') && !/[<>()[\]"“”«»„]/u.test(text);

/** The address of a mailto link (RFC 6068): percent-encoded, before the fields of a message. */
const fromMailto = (link: string) => decoded(link.replace(/\?.*$/s, ''));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The full stops of Japanese and Chinese: they end labels of a domain (RFC 3490), and stand for dots among ASCII. */
function withPlainDots(text: string): string {
  const at = text.lastIndexOf('@');
  if (at === -1) return text;
  const dots = (part: string) => part.replace(/[\u3002\uff61]/g, '.');
  const domain = dots(text.slice(at)).replace(/\.+$/, '');
  const local = text.slice(0, at);
  const plain = dots(local);
  return `${/^[\0-\x7f]*$/.test(plain) ? plain : local}${domain}`;
}
