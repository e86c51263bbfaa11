import dns, { Resolver } from 'node:dns/promises';

/** The part of node's resolver that is asked. */
export type MxDns = Pick<Resolver, 'resolveMx'>;

/**
 * What the DNS says of a domain: who takes its mail; that it is there without an MX; that it takes none, since there is no such
 * domain or it says so (null MX, RFC 7505); or nothing that could be relied on.
 */
export type LookedUp =
  | { says: 'mx'; host: string }
  | { says: 'none' }
  | { says: 'gone'; why: 'nxdomain' | 'null-mx' }
  | { says: 'silent' };

/** The name servers of this process, asked for a few seconds at most. */
export function mxDns(): MxDns {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  // asked of the module itself: a name that is imported from it keeps the servers of the start
  resolver.setServers(dns.getServers());
  return resolver;
}

/** Domains that are there whatever happens: where they are not, it is our own DNS that is wrong. */
const CERTAIN = ['gmail.com', 'outlook.com'];

/**
 * Asks about domains, all at once. That there is no such domain is believed only where the same name servers know another
 * one: a resolver that is cut off, or set up wrongly, says so of every name.
 */
export async function lookUpAll(dns: MxDns, domains: string[]): Promise<Map<string, LookedUp>> {
  const found = new Map(
    await Promise.all(domains.map(async (one) => [one, await lookUp(dns, one)] as const)),
  );
  const answers = [...found.values()];
  const doubted = answers.some((one) => one.says === 'gone' && one.why === 'nxdomain');
  if (!doubted || answers.some(({ says }) => says === 'mx')) return found;
  const certain = await Promise.all(CERTAIN.map((one) => lookUp(dns, one)));
  if (certain.some(({ says }) => says === 'mx')) return found;
  return new Map(domains.map((one) => [one, { says: 'silent' }]));
}

async function lookUp(dns: MxDns, domain: string): Promise<LookedUp> {
  try {
    const records = await dns.resolveMx(domain);
    const [first] = records.toSorted((one, other) => one.priority - other.priority);
    if (!first) return { says: 'none' };
    const isNull = records.length === 1 && (first.exchange === '' || first.exchange === '.');
    return isNull ? { says: 'gone', why: 'null-mx' } : { says: 'mx', host: first.exchange };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENODATA') return { says: 'none' };
    // NXDOMAIN; a server that fails or does not answer has other codes
    return code === 'ENOTFOUND' ? { says: 'gone', why: 'nxdomain' } : { says: 'silent' };
  }
}
