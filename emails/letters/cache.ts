import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { escapeHtml } from '../escape.ts';
import { timeInWords } from '../language.ts';
import type { Renderer } from '../render/renderer.ts';
import type { LetterContent, RenderedLetter } from './content.ts';
import { plainLetter } from './text.ts';
import { type LetterFace, letterWords } from './words.ts';

/** Renders letters: a Renderer, or one that remembers. */
export interface LetterRenderer {
  render(kind: 'letter', content: LetterContent): Promise<RenderedLetter>;
}

/** The html of a letter between its reader's values; null if it must be rendered for each. */
type Pieces = string[] | null;

/** What a letter says, with marks in place of `values`. */
interface Marked {
  face: LetterFace;
  values: string[];
}

const MARKS = 'abcdefghijklmnopqrstuvwxyz';
const MOST = 50;
// As long as the render process is kept without work: a change of a template is seen as soon.
const TTL_MS = 30_000;
// A line break before a space would be taken out by the renderer.
const CONTROL = /\p{Cc}/u;

/**
 * Makes the html of letters once for all that differ only in their reader's values (links, a time, an old
 * address), and puts these in. It is the html that `renderer` gives; subject and text are written each time.
 */
export function rememberLetters(
  renderer: Pick<Renderer, 'render'>,
  now = () => performance.now(),
): LetterRenderer {
  // The placeholder is random, so that no content can contain it.
  const seed = randomBytes(16).toString('hex');
  const mark = new RegExp(`zq${seed}([a-z])zq`);
  const remembered = new LRUCache<string, Promise<Pieces>>({
    max: MOST,
    ttl: TTL_MS,
    ttlResolution: 0,
    perf: { now },
  });

  async function make(content: LetterContent, { face, values }: Marked): Promise<Pieces> {
    const [{ html }, template] = await Promise.all([
      renderer.render('letter', content),
      renderer.render('letterHtml', face),
    ]);
    const pieces = template.split(mark);
    // A newsroom's template may change a value in ways that a placeholder does not survive.
    return fill(pieces, values) === html ? pieces : null;
  }

  function piecesOf(content: LetterContent, marked: Marked): Promise<Pieces> {
    const key = JSON.stringify(marked.face);
    const known = remembered.get(key);
    if (known) return known;
    const pieces = make(content, marked);
    remembered.set(key, pieces);
    pieces.catch(() => {
      if (remembered.peek(key) === pieces) remembered.delete(key);
    });
    return pieces;
  }

  return {
    async render(_, content) {
      const marked = withMarks(content, (n) => `zq${seed}${MARKS[n]}zq`);
      const pieces = marked && (await piecesOf(content, marked));
      if (!pieces) return renderer.render('letter', content);
      return { ...plainLetter(content, letterWords(content)), html: fill(pieces, marked.values) };
    },
  };
}

/** Null for a letter that cannot hold placeholders: it is rendered as it is. */
function withMarks(content: LetterContent, markOf: (n: number) => string): Marked | null {
  const { imprint, language, timezone } = content;
  const values: string[] = [];
  const mark = (value: string) => markOf(values.push(value) - 1);
  try {
    const said: LetterContent =
      content.kind === 'address'
        ? { ...content, parts: { ...content.parts, oldAddress: mark(content.parts.oldAddress) } }
        : content;
    const words = letterWords(said, (at) => mark(timeInWords(at, language, timezone)));
    const { button } = words;
    words.button = button && { ...button, url: mark(button.url) };
    words.unsubscribe = words.unsubscribe.map((one) => ({ ...one, url: mark(one.url) }));
    return values.length > MARKS.length || values.some((value) => CONTROL.test(value))
      ? null
      : { face: { words, imprint, language }, values };
  } catch {
    return null;
  }
}

/** `pieces` is html, the letter of a value, html, and so on. */
const fill = (pieces: string[], values: string[]) =>
  pieces
    .map((piece, n) => (n % 2 ? escapeHtml(values[piece.charCodeAt(0) - 97] ?? '') : piece))
    .join('');
