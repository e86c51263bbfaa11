import dns, { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { bad, type Check } from './check.ts';

/** The part of node's resolver that is asked. */
export type Dns = Pick<Resolver, 'resolveTxt' | 'resolveMx' | 'resolve4' | 'resolve6' | 'reverse'>;

/** The name servers of this machine, or of this process where it names others, asked for a few seconds at most. */
export function systemDns(): Dns {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  // asked of the module itself: a name that is imported from it keeps the servers of the start
  resolver.setServers(dns.getServers());
  return resolver;
}

/** The name servers do not answer: then nothing can be said about a domain. */
class NoAnswer extends Error {}

/** Records of a name; empty where there are none. Throws NoAnswer. */
export async function records<T>(ask: Promise<T[]>): Promise<T[]> {
  try {
    return await ask;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    // a name that cannot be one is nobody's
    if (code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EBADNAME') return [];
    throw new NoAnswer(`The name server does not answer (${code ?? message}).`);
  }
}

/** Runs a check; without an answer of the name server it fails and says so. */
export async function asked(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return bad(
      name,
      error.message,
      "Look at this machine's DNS (/etc/resolv.conf), then try again.",
      { finding: 'silent' },
    );
  }
}

/** The text records of a name, each joined from its parts. */
export async function texts(dns: Dns, name: string): Promise<string[]> {
  return (await records(dns.resolveTxt(name))).map((parts) => parts.join(''));
}

/** The addresses of a host, or the one that it is written as. */
export async function addressesOf(dns: Dns, host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const both = [records(dns.resolve4(host)), records(dns.resolve6(host))];
  return (await Promise.all(both)).flat();
}

/** Whether an address is of this machine or of a network that the internet does not see. */
export const isInside = (address: string): boolean =>
  ipaddr.isValid(address) &&
  ['loopback', 'private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified'].includes(
    ipaddr.process(address).range(),
  );
