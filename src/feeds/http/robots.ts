import { FeedError } from '../errors.ts';
import { decodeText } from '../parse/charset.ts';
import { type Access, download } from './download.ts';

const NAME = 'gaceta';
const MAX_BYTES = 100_000;
const TIMEOUT_MS = 5000;
const MOST_RULES = 1000;

/**
 * Asks each site once which of its pages a program may read (robots.txt, RFC 9309): all where there is
 * no such file, none where the site is at fault or away.
 */
export function openRobots(access: Access): (address: string) => Promise<boolean> {
  const asked = new Map<string, Promise<(address: string) => boolean>>();
  return async (address) => {
    const { origin } = new URL(address);
    const rules = asked.get(origin) ?? rulesAt(`${origin}/robots.txt`, access);
    asked.set(origin, rules);
    return (await rules)(address);
  };
}

async function rulesAt(address: string, access: Access): Promise<(address: string) => boolean> {
  try {
    const { status, headers, body } = await download(address, {
      headers: { accept: 'text/plain' },
      ...access,
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
      tooLarge: 'cut',
    });
    if (status >= 500) return () => false;
    if (status !== 200) return () => true;
    return readRobots(decodeText(body, String(headers['content-type'] ?? '')));
  } catch (error) {
    if (error instanceof FeedError) return () => false;
    throw error;
  }
}

type Rule = { allows: boolean; pattern: string };

/** What a robots.txt allows to us: the groups that name us, or else those for everybody (RFC 9309, 2.2.1). */
export function readRobots(text: string): (address: string) => boolean {
  const groups: { names: string[]; rules: Rule[] }[] = [];
  let named = false;
  for (const line of text.split(/\r\n?|\n/)) {
    const [, field = '', value = ''] = /^\s*([\w-]+)\s*:\s*([^#]*)/.exec(line) ?? [];
    const said = value.trim();
    const verb = field.toLowerCase();
    if (verb === 'user-agent') {
      if (!named) groups.push({ names: [], rules: [] });
      groups.at(-1)?.names.push(said.toLowerCase());
      named = true;
    } else if (verb === 'allow' || verb === 'disallow') {
      named = false;
      // An empty one forbids nothing.
      if (said) groups.at(-1)?.rules.push({ allows: verb === 'allow', pattern: said });
    }
  }
  const of = (name: string) => groups.filter(({ names }) => names.includes(name));
  const ours = of(NAME).length > 0 ? of(NAME) : of('*');
  const rules = ours.flatMap((group) => group.rules).slice(0, MOST_RULES);
  return (address) => {
    const { pathname, search } = new URL(address);
    const path = pathname + search;
    // The longest one counts; of two the one that allows (2.2.2).
    const [first] = rules
      .filter(({ pattern }) => matches(pattern, path))
      .toSorted(
        (a, b) => b.pattern.length - a.pattern.length || Number(b.allows) - Number(a.allows),
      );
    return first?.allows ?? true;
  };
}

/** `*` stands for anything, a `$` at the end for the end. Without regular expressions: those could be made to take for ever. */
function matches(pattern: string, path: string): boolean {
  const toEnd = pattern.endsWith('$');
  const [start = '', ...parts] = (toEnd ? pattern.slice(0, -1) : pattern).split('*');
  if (!path.startsWith(start)) return false;
  let at = start.length;
  const last = parts.pop();
  for (const part of parts) {
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  if (last === undefined) return !toEnd || at === path.length;
  return toEnd
    ? path.length - last.length >= at && path.endsWith(last)
    : path.indexOf(last, at) >= 0;
}
