import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { A_HELO, readHelo } from './helo.ts';
import { isLoopback } from './loopback.ts';
import { parseWarmUp, type WarmUpPlan } from './pace/warm-up.ts';

/** One relay as the operator described it. */
export interface RelaySettings {
  /** What the operator calls it: the host, unless `name=` says otherwise. */
  name: string;
  host: string;
  port: number;
  /** TLS from the first byte (smtps). */
  secure: boolean;
  /** Without TLS nothing is sent, not even the log-in: asked for, or because there is a password. */
  requireTls: boolean;
  /** The operator wants no TLS, not even for a password. */
  tlsOff?: true;
  auth?: { user: string; pass: string };
  connections: number;
  /** Messages a second over all workers; unset: no limit. */
  rate?: number;
  /** Its share of the messages beside the other relays. */
  weight: number;
  warmUp?: WarmUpPlan;
  /** The name in EHLO; unset: this machine's own. */
  helo?: string;
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

const ENCODED = 'percent-encoded: @ as %40, / as %2F, # as %23, ? as %3F, % as %25';

const number = (
  key: string,
  { least, most, whole }: { least: number; most: number; whole: boolean },
) =>
  z
    .string()
    .transform((text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN))
    .refine(
      (read) => read >= least && read <= most && (!whole || Number.isInteger(read)),
      `${key}= must be a${whole ? ' whole' : ''} number from ${least} to ${most}`,
    )
    .optional();

/** What may follow the `?`, in the order in which its faults are told. */
const parameters = z.object({
  connections: number('connections', { least: 1, most: 1_000, whole: true }),
  tls: z
    .enum(['required', 'off'], 'tls= can only be "required" or "off"; or leave it out')
    .optional(),
  rate: number('rate', { least: 0.01, most: 1_000_000, whole: false }),
  weight: number('weight', { least: 0.01, most: 1_000_000, whole: false }),
  name: z.string().trim().optional(),
  warmup: z
    .string()
    .transform((text) => parseWarmUp(text))
    .refine(
      (plan) => plan !== undefined,
      'warmup= must be START:FIRST:GROWTH, e.g. 2026-11-01:500:1.5 (from that day, 500 messages on it, each day 1.5 times the one before)',
    )
    .optional(),
  helo: z
    .string()
    .transform((text) => readHelo(text))
    .refine((name) => name !== undefined, `helo= ${A_HELO}`)
    .optional(),
  pipelining: z.literal('off', 'pipelining= can only be "off"; or leave it out').optional(),
});
const KNOWN = Object.keys(parameters.shape);

/** Read by URL already: what is in it, and never a word of the password in what is said of it. */
const relayUrl = z
  .string()
  .transform((address, found): Omit<RelaySettings, 'connections'> & { connections?: number } => {
    const problem = (message: string) => found.addIssue({ code: 'custom', message });
    const url = URL.parse(address);
    if (!url || !url.hostname) {
      problem(`cannot be read as an address; write smtp://user:password@host:port, ${ENCODED}`);
      return z.NEVER;
    }
    // An @ there was to end a password that a character of its own has ended before.
    if (/@/.test(url.pathname + url.search + url.hash)) {
      problem(`has special characters in user or password, which have to be written ${ENCODED}`);
      return z.NEVER;
    }
    if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
      const which = address.includes('@') ? 'something else' : `${url.protocol}//`;
      problem(`starts with ${which}; only smtp:// and smtps:// are known`);
      return z.NEVER;
    }
    if (url.hash !== '' || (url.pathname !== '' && url.pathname !== '/'))
      problem('has something after the host that is no parameter');
    for (const message of strangeParameters(url.searchParams)) problem(message);
    const given = parameters.safeParse(Object.fromEntries(url.searchParams));
    for (const { message } of given.error?.issues ?? []) problem(message);
    const auth = credentials(url, problem);
    if (!given.success) return z.NEVER;
    const { connections, tls, rate, weight = 1, name, warmup, helo, pipelining } = given.data;
    const secure = url.protocol === 'smtps:';
    if (secure && tls === 'off') problem('smtps:// is TLS: leave tls=off out, or write smtp://');
    const typed = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const host = domainToASCII(decode(typed) ?? typed) || typed;
    const secret = auth !== undefined && !secure && !isLoopback(host);
    return {
      name: name || host,
      host,
      port: url.port === '' ? (secure ? 465 : auth ? 587 : 25) : Number(url.port),
      secure,
      requireTls: tls === 'required' || (secret && tls !== 'off'),
      ...(tls === 'off' && { tlsOff: true as const }),
      ...(auth && { auth }),
      ...(connections !== undefined && { connections }),
      ...(rate !== undefined && { rate }),
      weight,
      ...(warmup && { warmUp: warmup }),
      ...(helo !== undefined && { helo }),
      ...(pipelining && { pipelining: false as const }),
    };
  });

/**
 * Reads SMTP_URL, or the variable of that `name`: one or more `smtp://` or `smtps://` addresses, comma separated, with
 * `?connections=&rate=&weight=&name=&tls=required|off&warmup=&helo=&pipelining=off`. Without a port: 465
 * for smtps, 587 with a user, else 25. User and password mean TLS, unless `tls=off` or the relay is on this machine. Throws RelayUrlError with all that is wrong.
 */
export function parseRelayUrls(
  value: string,
  defaultConnections: number,
  name = 'SMTP_URL',
): RelaySettings[] {
  const problems: string[] = [];
  // A comma belongs to a password unless an address follows it.
  const addresses = value
    .split(/,(?=\s*(?:[a-z][a-z0-9+.-]*:\/\/|$))/i)
    .map((address) => address.trim())
    .filter((address) => address !== '');
  if (addresses.length === 0) problems.push(`${name} is empty: unset it, or give smtp://host:port`);
  const relays: RelaySettings[] = [];
  for (const [at, address] of addresses.entries()) {
    const label = addresses.length > 1 ? `${name}, relay ${at + 1}` : name;
    const read = relayUrl.safeParse(address);
    for (const { message } of read.error?.issues ?? []) problems.push(`${label}: ${message}`);
    if (read.success) relays.push({ connections: defaultConnections, ...read.data });
  }
  nameApart(relays, problems, name);
  if (problems.length > 0) throw new RelayUrlError(problems);
  return relays;
}

/** Unknown or doubled ones. One that is no slip of the pen is not repeated: it may be a piece of a password. */
function strangeParameters(given: URLSearchParams): string[] {
  const problems: string[] = [];
  for (const key of new Set(given.keys())) {
    if (!KNOWN.includes(key)) {
      const which = KNOWN.some((known) => isNear(key, known))
        ? `the parameter "${key}"`
        : 'a parameter';
      problems.push(`${which} is unknown; known are ${KNOWN.join(', ')}`);
    } else if (given.getAll(key).length > 1) problems.push(`the parameter "${key}" is there twice`);
  }
  return problems;
}

/** At most two letters apart (Levenshtein). */
function isNear(typed: string, known: string): boolean {
  if (Math.abs(typed.length - known.length) > 2) return false;
  let row = Array.from({ length: known.length + 1 }, (_, at) => at);
  for (const [at, letter] of Array.from(typed).entries()) {
    const next = [at + 1];
    for (let to = 1; to <= known.length; to += 1)
      next.push(
        Math.min(
          (row[to] ?? 0) + 1,
          (next[to - 1] ?? 0) + 1,
          (row[to - 1] ?? 0) + (letter === known[to - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return (row.at(-1) ?? 0) <= 2;
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
  if (user === undefined || pass === undefined) {
    problem('has a % in user or password that begins no %XX: write % itself as %25');
    return undefined;
  }
  if (user.includes('\u{0}') || pass.includes('\u{0}')) {
    problem('has a NUL (%00) in user or password, which SMTP cannot carry');
  }
  return { user, pass };
}

/** Percent-decoding; undefined where a % begins no escape, or what it begins is no UTF-8. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Two relays of one name could not be told apart in the ledger: hosts get their port, names are refused. */
function nameApart(relays: RelaySettings[], problems: string[], variable: string): void {
  const count = (name: string) => relays.filter((relay) => relay.name === name).length;
  const doubled = relays.filter((relay) => relay.name === relay.host && count(relay.name) > 1);
  for (const relay of doubled) relay.name = `${relay.host}:${relay.port}`;
  for (const name of new Set(relays.map((relay) => relay.name))) {
    if (count(name) > 1) {
      problems.push(`${variable}: two relays are called "${name}"; give each its own with ?name=`);
    }
  }
}
