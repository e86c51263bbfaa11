// Minutes east of Greenwich. Where a name has several meanings, the American one, as RFC 822 has it.
const ZONES: Record<string, number> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  IST: 330,
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
  AST: -240,
  ADT: -180,
  AT: -240,
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
  JST: 540,
  KST: 540,
  HKT: 480,
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

/** Minutes of a zone as it is written, null for something else. */
export function zoneOf(text: string): number | null {
  const bare = text.replace(/^\(|\)$/g, '').replace(/^Etc\//i, '');
  const named = ZONES[bare.toUpperCase()];
  if (named !== undefined) return named;
  const offset = /^(?:UTC|GMT|UT)?([+\u2212-])(\d{1,2})(?::?(\d{2}))?$/i.exec(bare);
  if (!offset) return null;
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return offset[1] === '+' ? minutes : -minutes;
}

export type Clock = {
  hour?: number;
  minute?: number;
  second?: number;
  /** Minutes east of Greenwich; a date without a zone counts as UTC. */
  zone?: number;
};

/** A time of day with or without a zone, from what follows a date; undefined if it is none. */
export function clockOf(text: string): Clock | undefined {
  const rest = text.trim().replace(/^T/i, '').trim();
  if (rest === '') return {};
  const match =
    /^(\d{1,2})(?::?(\d{2})(?::?(\d{2})(?:[.,:]\d+)?)?)?\s*([ap])?\.?(?:m\b\.?)?\s*(.*)$/i.exec(
      rest,
    );
  if (!match) {
    const zone = zoneOf(rest);
    return zone === null ? undefined : { zone };
  }
  const [, hours, minute = '0', second = '0', half, zoneText = ''] = match;
  let hour = Number(hours);
  if (half) hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const time = { hour, minute: Number(minute), second: Number(second) };
  // "+0200 (CEST)" says it twice; the first counts.
  const zone = zoneText === '' ? undefined : zoneOf(zoneText.split(/\s+(?=\()/)[0] ?? '');
  if (zone === null) return /^[:\d]|[+-]/.test(zoneText) ? undefined : time;
  return zone === undefined ? time : { ...time, zone };
}
