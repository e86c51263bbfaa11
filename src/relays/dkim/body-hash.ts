import { createHash, type Hash } from 'node:crypto';

/** Hashes bodies of one variant, which differ only in a few places. */
export interface BodyHasher {
  /** The `bh=` of the body with `values` in its places: SHA-256 of its relaxed form, in base64. */
  hash(values: readonly Buffer[]): string;
}

/**
 * Prepares the DKIM body hash (RFC 6376 §3.4.4, relaxed) of a body made of `fixed` pieces with one
 * value between each two, CRLF, not dot-stuffed. What is fixed is brought to its relaxed form once,
 * and what stands before the first value is hashed once. Pieces may end anywhere, even within a line.
 */
export function bodyHasher(fixed: readonly Buffer[]): BodyHasher {
  const [first, ...others] = fixed.map(prepare);
  const start = new RelaxedBody(createHash('sha256'));
  if (first) start.add(first);
  return {
    hash(values) {
      if (values.length !== others.length) {
        throw new RangeError(`${others.length} values are needed, ${values.length} were given`);
      }
      const body = start.copy();
      for (const [at, piece] of others.entries()) {
        const value = values[at];
        if (value) body.add(prepare(value));
        body.add(piece);
      }
      return body.digest();
    },
  };
}

/**
 * A piece of a body: white space at its edges as it is (what becomes of that depends on the
 * neighbours), and between them its relaxed form (which does not).
 */
interface Piece {
  lead: Buffer;
  relaxed: Buffer;
  trail: Buffer;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;

function isWhite(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === CR || byte === LF;
}

function prepare(raw: Buffer): Piece {
  let from = 0;
  while (from < raw.length && isWhite(raw[from])) from += 1;
  let to = raw.length;
  while (to > from && isWhite(raw[to - 1])) to -= 1;
  return {
    lead: raw.subarray(0, from),
    relaxed: relax(raw.subarray(from, to)),
    trail: raw.subarray(to),
  };
}

/** White space within lines becomes one space, before CRLF none. Does not look at the edges. */
function relax(raw: Buffer): Buffer {
  if (!raw.includes('  ') && !raw.includes(' \r') && !raw.includes('\t')) return raw;
  const text = raw
    .toString('latin1')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(' \r\n', '\r\n');
  return Buffer.from(text, 'latin1');
}

/** A body in relaxed form on its way into a hash. White space waits until it is known what follows. */
class RelaxedBody {
  readonly #hash: Hash;
  #lines = 0;
  #space = false;
  #empty = true;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  copy(): RelaxedBody {
    const body = new RelaxedBody(this.#hash.copy());
    body.#lines = this.#lines;
    body.#space = this.#space;
    body.#empty = this.#empty;
    return body;
  }

  add({ lead, relaxed, trail }: Piece): void {
    this.#wait(lead);
    if (relaxed.length > 0) {
      const waited = '\r\n'.repeat(this.#lines) + (this.#space ? ' ' : '');
      if (waited) this.#hash.update(waited, 'latin1');
      this.#lines = 0;
      this.#space = false;
      this.#empty = false;
      this.#hash.update(relaxed);
    }
    this.#wait(trail);
  }

  /** Empty lines at the end count for nothing; the last line ends with CRLF even if it came without. */
  digest(): string {
    if (!this.#empty) this.#hash.update('\r\n', 'latin1');
    return this.#hash.digest('base64');
  }

  #wait(white: Buffer): void {
    for (const byte of white) {
      if (byte === LF) {
        this.#lines += 1;
        this.#space = false;
      } else if (byte !== CR) this.#space = true;
    }
  }
}
