import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { addressesOf, type Dns, records, texts } from './dns.ts';

/** RFC 7208, 4.6.4: so many look-ups, and so many of them without an answer, and the record counts for nothing. */
export const MOST_LOOKUPS = 10;
export const MOST_VOID = 2;
const DEEPEST = 15;
const MOST_FOLLOWED = 40;

/** What receivers find when they read the SPF record of a domain to its end. */
export interface SpfRead {
  record: string;
  lookups: number;
  void: number;
  /** Domains that are included, directly or not. */
  includes: Set<string>;
  /** Why receivers would give up on it (permerror), other than for the number of look-ups. */
  fault: { finding: 'broken' | 'absent' | 'several'; words: string } | null;
  /** What the record says of a server (RFC 7208, 2.6). It cannot be said of macros, which need a message. */
  says(address: string): SpfResult;
}

export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral';

const RESULTS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;

interface Term {
  result: SpfResult;
  matches(address: string): boolean;
}
interface Record {
  terms: Term[];
  redirect: Record | undefined;
}

/** The SPF records of a domain; more than one is a fault. Throws NoAnswer. */
export const spfRecords = async (dns: Dns, domain: string): Promise<string[]> =>
  (await texts(dns, domain)).filter((text) => /^v=spf1( |$)/i.test(text));

/** Reads a domain's record with all that it includes. Throws NoAnswer. */
export async function readSpf(dns: Dns, domain: string, record: string): Promise<SpfRead> {
  const read: Omit<SpfRead, 'says'> = {
    record,
    lookups: 0,
    void: 0,
    includes: new Set(),
    fault: null,
  };
  const fail = (finding: NonNullable<SpfRead['fault']>['finding'], words: string) => {
    read.fault ??= { finding, words };
  };

  async function follow(target: string, depth: number): Promise<Record> {
    const found = await spfRecords(dns, target);
    if (found.length === 1 && found[0] !== undefined) return parse(found[0], target, depth + 1);
    if (found.length === 0) read.void += 1;
    fail(found.length === 0 ? 'absent' : 'several', target);
    return { terms: [], redirect: undefined };
  }

  async function parse(text: string, of: string, depth: number): Promise<Record> {
    const terms: Term[] = [];
    let redirect: string | undefined;
    for (const word of text.trim().split(/ +/).slice(1)) {
      if (depth > DEEPEST || read.lookups > MOST_FOLLOWED) break;
      const modifier = /^([a-z][a-z0-9_.-]*)=(.*)$/i.exec(word);
      if (modifier) {
        if (modifier[1]?.toLowerCase() === 'redirect') redirect = modifier[2];
        continue;
      }
      const [, sign = '', kind = '', value] =
        /^([+?~-]?)([a-z0-9]+)(?=[:/]|$):?(.*)$/i.exec(word) ?? [];
      const result = RESULTS[(sign || '+') as keyof typeof RESULTS];
      const matches = await mechanism(kind.toLowerCase(), value ?? '', of, depth);
      if (matches) terms.push({ result, matches });
      else fail('broken', word);
    }
    if (redirect === undefined || terms.some((term) => term.matches === everybody))
      return { terms, redirect: undefined };
    read.lookups += 1;
    return { terms, redirect: redirect.includes('%') ? undefined : await follow(redirect, depth) };
  }

  /** Whom a mechanism matches; undefined where it is none. */
  async function mechanism(
    kind: string,
    value: string,
    of: string,
    depth: number,
  ): Promise<Term['matches'] | undefined> {
    switch (kind) {
      case 'all':
        return value === '' ? everybody : undefined;
      case 'ip4':
      case 'ip6':
        return range(value, kind === 'ip4' ? 4 : 6);
      case 'include': {
        read.lookups += 1;
        if (value.includes('%')) return nobody;
        read.includes.add(value.toLowerCase());
        const included = await follow(value, depth);
        return (address) => says(included, address) === 'pass';
      }
      case 'a':
      case 'mx': {
        read.lookups += 1;
        const [, host, four = '32', six = '128'] =
          /^([^/]*)(?:\/(\d{1,2}))?(?:\/\/(\d{1,3}))?$/.exec(value) ?? [];
        if (host === undefined) return undefined;
        if (host.includes('%')) return nobody;
        const hosts =
          kind === 'a'
            ? [host || of]
            : (await records(dns.resolveMx(host || of))).map(({ exchange }) => exchange);
        const found = (await Promise.all(hosts.map((one) => addressesOf(dns, one)))).flat();
        if (found.length === 0) read.void += 1;
        const ranges = found.flatMap(
          (one) => range(`${one}/${isIP(one) === 4 ? four : six}`, isIP(one)) ?? [],
        );
        return (address) => ranges.some((each) => each(address));
      }
      case 'exists':
      case 'ptr':
        read.lookups += 1;
        return nobody;
      default:
        return undefined;
    }
  }

  const root = await parse(record, domain, 0);
  return { ...read, says: (address) => says(root, address) };
}

const everybody = () => true;
const nobody = () => false;

function says({ terms, redirect }: Record, address: string): SpfResult {
  const found = terms.find(({ matches }) => matches(address));
  if (found) return found.result;
  return redirect ? says(redirect, address) : 'neutral';
}

function range(text: string, family: number): Term['matches'] | undefined {
  const [network = '', bits = family === 4 ? '32' : '128'] = text.split('/');
  if (isIP(network) !== family || !/^\d{1,3}$/.test(bits)) return undefined;
  const wide = Number(bits);
  if (wide > (family === 4 ? 32 : 128)) return undefined;
  const base = ipaddr.parse(network);
  return (address) => {
    const one = ipaddr.process(address);
    return one.kind() === base.kind() && one.match(base, wide);
  };
}
