/** A TXT record, as it is typed at a name server; another type where it says so. */
export interface DnsRecord {
  type?: 'MX';
  name: string;
  value: string;
}

/** One thing that doctor looked at. `fix` beside an ok is advice. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  fix: string | null;
  /** What was found, as a word: the console says it in the operator's language. */
  finding?: string;
  /** What that sentence names. */
  values?: Record<string, string>;
  /** The record to publish, where that is the way to mend it. */
  record?: DnsRecord;
}

type More = Pick<Check, 'finding' | 'record' | 'values'>;

export const good = (
  name: string,
  detail: string,
  advice: string | null = null,
  more: More = {},
): Check => ({ name, ok: true, detail, fix: advice, ...more });

export const bad = (name: string, detail: string, fix: string, more: More = {}): Check => ({
  name,
  ok: false,
  detail,
  fix,
  ...more,
});
