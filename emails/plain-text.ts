import { lettersOf } from '../src/text/formats.ts';

/** Lines of plain text are at most this long; only an address may be longer, as a cut one is dead. */
export const LINE_LENGTH = 76;

const ADDRESS = /^\S*[a-z]+:\/\/\S+$/i;

// A word that fills more than a line (no spaces in Chinese, or a prank) is cut between letters.
function pieces(word: string, width: number): string[] {
  if (word.length <= width || ADDRESS.test(word)) return [word];
  const cut: string[] = [];
  let piece = '';
  for (const { segment } of lettersOf(word)) {
    if (piece && piece.length + segment.length > width) {
      cut.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...cut, piece];
}

/** One paragraph broken into lines; `first` begins the first line, `rest` the following ones. */
export function wrap(text: string, first = '', rest = first): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    for (const piece of pieces(word, LINE_LENGTH - Math.max(first.length, rest.length))) {
      if (!empty && line.length + 1 + piece.length > LINE_LENGTH) {
        lines.push(line);
        line = rest;
        empty = true;
      }
      line += empty ? piece : ` ${piece}`;
      empty = false;
    }
  }
  return empty ? '' : [...lines, line].join('\n');
}

/** Blocks with a blank line between them; empty ones leave no gap. */
export function joinBlocks(blocks: string[]): string {
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Numbers the addresses of a text as they come: the same address keeps its number. */
export class NumberedLinks {
  readonly #urls: string[] = [];

  /** The mark to put behind the linked words: `[3]`. */
  mark(url: string): string {
    const known = this.#urls.indexOf(url);
    return `[${known >= 0 ? known + 1 : this.#urls.push(url)}]`;
  }

  /** `[1] https://…`, a line each. */
  list(): string {
    return this.#urls.map((url, at) => `[${at + 1}] ${url}`).join('\n');
  }
}
