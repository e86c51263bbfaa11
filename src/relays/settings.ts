import { domainToASCII } from 'node:url';
import { parseWarmUp, type WarmUpPlan } from './pace/warm-up.ts';

/** One relay as the operator described it. */
export interface RelaySettings {
  /** What the operator calls it: the host, unless `name=` says otherwise. */
  name: string;
  host: string;
  port: number;
  /** TLS from the first byte (smtps). */
  secure: boolean;
  /** Without TLS nothing is sent, not even the log-in. */
  requireTls: boolean;
  auth?: { user: string; pass: string };
  connections: number;
  /** Messages a second over all workers; unset: no limit. */
  rate?: number;
  /** Its share of the messages beside the other relays. */
  weight: number;
  warmUp?: WarmUpPlan;
  /** False: commands are never sent together, whatever the relay offers. */
  pipelining?: false;
}

/** Every fault found in SMTP_URL, each a sentence; no password is repeated. */
export class RelayUrlError extends Error {
  override name = 'RelayUrlError';
  readonly problems: string[];

  constructor(problems: string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const PARAMETERS = ['connections', 'rate', 'weight', 'name', 'tls', 'warmup'];

/**
 * Reads SMTP_URL: one or more `smtp://` or `smtps://` addresses, comma separated, with
 * `?connections=&rate=&weight=&name=&tls=required&warmup=`. Without a port: 465 for smtps, 587 with
 * a user, else 25. Throws RelayUrlError with all that is wrong.
 */
export function parseRelayUrls(value: string, defaultConnections: number): RelaySettings[] {
  const problems: string[] = [];
  // A comma belongs to a password unless an address follows it.
  const addresses = value
    .split(/,(?=\s*(?:[a-z][a-z0-9+.-]*:\/\/|$))/i)
    .map((address) => address.trim())
    .filter((address) => address !== '');
  if (addresses.length === 0)
    problems.push('SMTP_URL is empty: unset it, or give smtp://host:port');
  const relays: RelaySettings[] = [];
  for (const [at, address] of addresses.entries()) {
    const label = addresses.length > 1 ? `SMTP_URL, relay ${at + 1}` : 'SMTP_URL';
    const relay = parseRelayUrl(address, defaultConnections, (problem) =>
      problems.push(`${label}: ${problem}`),
    );
    if (relay) relays.push(relay);
  }
  nameApart(relays, problems);
  if (problems.length > 0) throw new RelayUrlError(problems);
  return relays;
}

function parseRelayUrl(
  address: string,
  defaultConnections: number,
  problem: (sentence: string) => void,
): RelaySettings | undefined {
  const url = URL.parse(address);
  if (!url || !url.hostname) {
    problem(
      'cannot be read as an address; write smtp://user:password@host:port, with special characters of the password percent-encoded (@ as %40, / as %2F, # as %23, ? as %3F)',
    );
    return undefined;
  }
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
    problem(`starts with ${url.protocol}//; only smtp:// and smtps:// are known`);
    return undefined;
  }
  if (url.hash !== '' || (url.pathname !== '' && url.pathname !== '/')) {
    problem(
      'has something after the host that is no parameter; in a password write / as %2F, # as %23, ? as %3F',
    );
  }
  const given = url.searchParams;
  for (const key of new Set(given.keys())) {
    if (!PARAMETERS.includes(key)) {
      problem(`the parameter "${key}" is unknown; known are ${PARAMETERS.join(', ')}`);
    } else if (given.getAll(key).length > 1) problem(`the parameter "${key}" is there twice`);
  }
  const secure = url.protocol === 'smtps:';
  const tls = given.get('tls');
  if (tls !== null && tls !== 'required') problem('tls= can only be "required"; or leave it out');
  const number = (key: string, least: number, most: number, whole: boolean): number | undefined => {
    const text = given.get(key);
    if (text === null) return undefined;
    const read = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (read >= least && read <= most && (!whole || Number.isInteger(read))) return read;
    problem(`${key}= must be a${whole ? ' whole' : ''} number from ${least} to ${most}`);
    return undefined;
  };
  const auth = credentials(url, problem);
  const rate = number('rate', 0.01, 1_000_000, false);
  const warmUp = given.get('warmup');
  const plan = warmUp === null ? undefined : parseWarmUp(warmUp);
  if (warmUp !== null && !plan) {
    problem(
      'warmup= must be START:FIRST:GROWTH, e.g. 2026-11-01:500:1.5 (from that day, 500 messages on it, each day 1.5 times the one before)',
    );
  }
  const typed = decode(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  const host = domainToASCII(typed) || typed;
  return {
    name: given.get('name')?.trim() || host,
    host,
    port: url.port === '' ? (secure ? 465 : auth ? 587 : 25) : Number(url.port),
    secure,
    requireTls: tls === 'required',
    ...(auth && { auth }),
    connections: number('connections', 1, 1_000, true) ?? defaultConnections,
    ...(rate !== undefined && { rate }),
    weight: number('weight', 0.01, 1_000_000, false) ?? 1,
    ...(plan && { warmUp: plan }),
  };
}

function credentials(
  url: URL,
  problem: (sentence: string) => void,
): RelaySettings['auth'] | undefined {
  if (url.username === '' && url.password === '') return undefined;
  if (url.username === '' || url.password === '') {
    problem('has only one of user and password; give both, or neither');
    return undefined;
  }
  const user = decode(url.username);
  const pass = decode(url.password);
  if (user.includes('\u{0}') || pass.includes('\u{0}')) {
    problem('has a NUL (%00) in user or password, which SMTP cannot carry');
  }
  return { user, pass };
}

/** Percent-decoding that leaves a lone % as it was typed. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Two relays of one name could not be told apart in the ledger: hosts get their port, names are refused. */
function nameApart(relays: RelaySettings[], problems: string[]): void {
  const count = (name: string) => relays.filter((relay) => relay.name === name).length;
  const doubled = relays.filter((relay) => relay.name === relay.host && count(relay.name) > 1);
  for (const relay of doubled) relay.name = `${relay.host}:${relay.port}`;
  for (const name of new Set(relays.map((relay) => relay.name))) {
    if (count(name) > 1) {
      problems.push(`SMTP_URL: two relays are called "${name}"; give each its own with ?name=`);
    }
  }
}
