/** Fewer are a summary, whatever the element is called that holds them. */
const FEWEST = 120;
const WITHOUT_SPACES =
  /[\p{L}&&[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Khmer}\p{scx=Lao}]]/gv;

/**
 * About how many words the longest of these texts has; null where none is a whole article. Their white space is
 * collapsed. Where a script has no spaces two letters count as a word.
 */
export function wordsIn(...texts: string[]): number | null {
  const longest = texts.reduce((one, other) => (other.length > one.length ? other : one), '');
  const letters = longest.match(WITHOUT_SPACES)?.length ?? 0;
  const words = longest.split(' ').length + Math.round(letters / 2);
  return words < FEWEST ? null : words;
}
