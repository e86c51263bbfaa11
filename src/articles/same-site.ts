import { getDomain } from 'tldts';

/**
 * Whether two web addresses belong to one publisher, as far as an address can tell: one registrable
 * domain, where each customer of a host (x.github.io) is one of their own; or one IP address, any port.
 */
export function isSameSite(a: string, b: string): boolean {
  return siteOf(a) === siteOf(b);
}

const siteOf = (address: string) =>
  getDomain(address, { allowPrivateDomains: true }) ?? new URL(address).hostname;
