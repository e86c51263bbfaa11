import chardet from 'chardet';

const BOMS: [number[], string][] = [
  [[0xff, 0xfe, 0, 0], 'utf-32le'],
  [[0, 0, 0xfe, 0xff], 'utf-32be'],
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0xff, 0xfe], 'utf-16le'],
];

// "<?" or "<r" in the wide encodings, which can say their name only after they have been guessed.
const WIDE: [(number | null)[], string][] = [
  [[0x3c, 0, 0, 0], 'utf-32le'],
  [[0, 0, 0, 0x3c], 'utf-32be'],
  [[0x3c, 0, null, 0], 'utf-16le'],
  [[0, 0x3c, 0, null], 'utf-16be'],
];

const startsWith = (bytes: Uint8Array, start: (number | null)[]) =>
  bytes.length >= start.length && start.every((byte, i) => byte === null || bytes[i] === byte);

/** The encoding that a label means (WHATWG Encoding: Latin-1 is Windows-1252, GB2312 is GBK), if there is one. */
function known(label: string | undefined): string | null {
  if (!label) return null;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null; // no encoding of this name
  }
}

function decode(bytes: Uint8Array, encoding: string): string {
  if (encoding.startsWith('utf-32')) return decodeUtf32(bytes, encoding === 'utf-32le');
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}

/** Browsers no longer know UTF-32 and TextDecoder does not; some old feeds are in it. */
function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return text;
}

/** The declaration of an XML file in any encoding that has ASCII as a part. */
function declared(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 2000)).toString('latin1');
  const label = known(/<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/i.exec(head)?.[1]);
  // The declaration was read in single bytes, so the encoding is not a wide one.
  return label?.startsWith('utf-16') ? null : label;
}

/**
 * Looks at the bytes as UTF-8: `broken` counts what is none, `multibyte` the letters beyond ASCII
 * that are well formed.
 */
function asUtf8(bytes: Uint8Array): { text: string; broken: number; multibyte: number } {
  const text = new TextDecoder('utf-8').decode(bytes);
  let broken = 0;
  let multibyte = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd) broken++;
    else if (code > 0x7f) multibyte++;
  }
  return { text, broken, multibyte };
}

/**
 * The text of a feed's bytes. The byte order mark decides, then HTTP's charset, then the XML
 * declaration, then what the bytes look like. A label that the bytes contradict is passed over: one that
 * says UTF-8 over bytes that are none, or Latin-1 over bytes that are flawless UTF-8.
 */
export function decodeText(bytes: Uint8Array, contentType?: string): string {
  for (const [mark, encoding] of BOMS)
    if (startsWith(bytes, mark)) return decode(bytes.subarray(mark.length), encoding);
  for (const [start, encoding] of WIDE)
    if (startsWith(bytes, start)) return decode(bytes, encoding);

  const utf8 = asUtf8(bytes);
  if (utf8.broken === 0 && utf8.multibyte === 0 && !bytes.includes(0x1b)) return utf8.text;
  const http = known(/;\s*charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '')?.[1]);
  for (const label of [http, declared(bytes)]) {
    if (!label) continue;
    if (label === 'utf-8') {
      // A few torn letters in a text that is otherwise UTF-8 do not make it another encoding.
      if (utf8.broken <= utf8.multibyte) return utf8.text;
    } else if (!(label === 'windows-1252' && utf8.broken === 0)) {
      return decode(bytes, label);
    }
  }
  if (utf8.broken <= utf8.multibyte) return utf8.text;
  const detected = known(chardet.detect(bytes.subarray(0, 200_000)) ?? undefined);
  const encoding = detected && detected !== 'utf-8' ? detected : 'windows-1252';
  return decode(bytes, encoding);
}
