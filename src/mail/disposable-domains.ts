import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';

let list: Set<string> | undefined;

/** Whether a domain (ASCII, lower case), or one it lies under, hands out addresses to throw away. */
export function isDisposable(domain: string): boolean {
  list ??= disposableEmailBlocklistSet();
  const labels = domain.split('.');
  for (let i = 0; i < labels.length - 1; i++) if (list.has(labels.slice(i).join('.'))) return true;
  return false;
}
