import type { Address } from './address.ts';

/**
 * The mailbox that an address most likely ends in: `+tags` are dropped, and the dots that Google ignores.
 * Good for counting how much mail one person would get, and for nothing else: readers keep their address.
 */
export function mailboxOf({ key, domain, group }: Address): string {
  const local = key.slice(0, key.lastIndexOf('@')).replace(/(.)\+.*$/, '$1');
  if (group === 'google') return `${local.replaceAll('.', '')}@gmail.com`;
  return `${local}@${domain}`;
}
