/** Where a clock stands: minutes east of Greenwich, or a name of the IANA time zone database. */
export type Zone = number | string;

/**
 * Minutes east of Greenwich. The American ones and UT, GMT are RFC 822's (5.1), which settles those that others use too
 * (CST, PST); the rest are abbreviations to which the IANA time zone database gives one present meaning, and the South
 * American ones it gave until 2017. IST is India's, Ireland's and Israel's, so it is not here; AT is a word.
 */
const ABBREVIATIONS: Record<string, number> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  CET: 60,
  MET: 60,
  MEZ: 60,
  CEST: 120,
  MEST: 120,
  MESZ: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  MSD: 240,
  WAT: 60,
  CAT: 120,
  SAST: 120,
  EAT: 180,
  AST: -240,
  ADT: -180,
  NST: -210,
  NDT: -150,
  EST: -300,
  EDT: -240,
  ET: -300,
  CST: -360,
  CDT: -300,
  CT: -360,
  MST: -420,
  MDT: -360,
  MT: -420,
  PST: -480,
  PDT: -420,
  PT: -480,
  AKST: -540,
  AKDT: -480,
  HST: -600,
  PKT: 300,
  WIB: 420,
  WITA: 480,
  WIT: 540,
  JST: 540,
  KST: 540,
  HKT: 480,
  AWST: 480,
  ACST: 570,
  ACDT: 630,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
  ART: -180,
  BRT: -180,
  VET: -240,
  COT: -300,
  PET: -300,
};

function isIanaName(name: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[\w+-]+){1,2}$/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone that one word names (`CET`, `+0100`, `GMT+1`, `Europe/Madrid`), undefined if it is none that is known. */
export function zoneNamed(word: string): Zone | undefined {
  const named = ABBREVIATIONS[word.toUpperCase()];
  if (named !== undefined) return named;
  const offset = /^(?:UTC|GMT|UT)?([+\u2212-])(\d{1,2})(?::?(\d{2}))?$/i.exec(word);
  if (!offset) return isIanaName(word) ? word : undefined;
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return offset[1] === '+' ? minutes : -minutes;
}

/**
 * The zone that a text names, undefined if it is not one zone and nothing else. What follows an offset in brackets says
 * the same again by name (RFC 822 comments, RFC 9557 suffixes): the offset counts.
 */
export function zoneOf(text: string): Zone | undefined {
  const joined = text.trim().replace(/^(UTC?|GMT)\s+(?=[+\u2212-]\d)/i, '$1');
  const [, before = joined, inBrackets] = /^(.*?)\s*[[(]([^[\]()]*)[\])]$/.exec(joined) ?? [];
  return zoneNamed(before === '' && inBrackets ? inBrackets : before);
}
