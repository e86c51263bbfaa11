/**
 * What a tag of this name is to the reader of a text: always words (`List<String>`), a tag whose end tag must follow, or a
 * tag that may stand alone (`<br>`).
 */
export type TagKind = 'words' | 'paired' | 'single';

// Within these nothing is a tag but their own end.
const RAW = new Set('script style textarea title iframe noscript xmp'.split(' '));
// Each search for the end of a torn tag may run to the end of the text.
const MOST_TORN = 50;

/** Where the tag that begins at `at` ends (behind its `>`, quoted ones passed over), or -1. */
function endOfTag(html: string, at: number): number {
  let quote = '';
  for (let i = at + 1; i < html.length; i++) {
    const char = html.charAt(i);
    if (quote) {
      if (char === quote) quote = '';
    } else if (char === '>') return i + 1;
    else if ((char === '"' || char === "'") && html.charAt(i - 1) === '=') quote = char;
  }
  return -1;
}

/**
 * HTML with `&lt;` for each `<` that begins no whole element: a comment nobody closes, a tag without its `>`, an element
 * without its end tag where `kindOf` wants one. An HTML parser would take the rest of the text for their content.
 */
export function escapeUnclosed(html: string, kindOf: (name: string) => TagKind): string {
  const lower = html.toLowerCase();
  const nextEnds = new Map<string, number>();
  /** Where the next end tag of that name begins, or -1. */
  const endTagAfter = (name: string, from: number) => {
    const known = nextEnds.get(name);
    if (known !== undefined && (known === -1 || known >= from)) return known;
    const found = lower.indexOf(`</${name}`, from);
    nextEnds.set(name, found);
    return found;
  };
  const lastClosed = html.lastIndexOf('>');
  let torn = 0;

  /** Where to read on behind the markup that begins at `at`; undefined if it is words. */
  const behind = (at: number): number | undefined => {
    if (at > lastClosed) return undefined;
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 2);
      return end < 0 ? undefined : end + 3;
    }
    const [, slash, name = ''] = /^<([/!?]?)([a-z][\w:-]*)?/.exec(lower.slice(at, at + 60)) ?? [];
    if (!slash && !name) return at + 1;
    const kind = name ? kindOf(name) : 'single';
    if (kind === 'words') return undefined;
    const end = slash || torn < MOST_TORN ? endOfTag(html, at) : -1;
    if (end < 0) torn++;
    if (end < 0) return undefined;
    if (slash || kind === 'single') return end;
    const endTag = endTagAfter(name, end);
    if (endTag < 0) return undefined;
    return RAW.has(name) ? endTag : end;
  };

  let result = '';
  let copied = 0;
  for (let at = html.indexOf('<'); at >= 0; ) {
    const end = behind(at);
    if (end === undefined) {
      result += `${html.slice(copied, at)}&lt;`;
      copied = at + 1;
    }
    at = html.indexOf('<', end ?? at + 1);
  }
  return result + html.slice(copied);
}
