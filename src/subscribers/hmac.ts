import { hash } from 'node:crypto';

/** What SHA-256 works on at a time, and what it makes. */
const BLOCK = 64;
const DIGEST = 32;
/** More than a purpose and a token have together. */
const LONGEST = 192;

/**
 * HMAC-SHA-256 (RFC 2104) of short ASCII texts under one key, in hex. Each message has three, and createHmac
 * makes an object for each that V8 has to collect.
 */
export function openHmac(secret: string): (text: string) => string {
  const bytes = Buffer.from(secret, 'utf8');
  const key = bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes;
  const inner = Buffer.alloc(BLOCK + LONGEST, 0x36);
  const outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);
  for (const [at, byte] of key.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  return (text) => {
    if (text.length > LONGEST) throw new RangeError(`Longer than ${LONGEST} characters`);
    const end = BLOCK + inner.write(text, BLOCK, 'latin1');
    outer.write(hash('sha256', inner.subarray(0, end)), BLOCK, 'hex');
    return hash('sha256', outer);
  };
}
