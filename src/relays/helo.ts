import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { domainToASCII } from 'node:url';

/** What a name in EHLO has to be, told to an operator who typed another. */
export const A_HELO =
  'must be a host name with a dot, such as news.example.org, or an address as [192.0.2.1]';

const NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Reads a name for EHLO (RFC 5321 §4.1.1.1): a whole domain name, or an address in brackets; undefined for anything else. */
export function readHelo(text: string): string | undefined {
  const typed = text.trim().replace(/\.$/, '');
  const literal = /^\[(?:IPv6:)?([\d.a-f:]+)\]$/i.exec(typed)?.[1];
  if (literal !== undefined) return literalOf(literal);
  const name = domainToASCII(typed);
  return isIP(typed) === 0 && NAME.test(name) ? name : undefined;
}

/** The name that a public address gives: its host, as a literal where it is an address; undefined where it names only this machine. */
export function heloOf(publicUrl: string): string | undefined {
  const host = new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? readHelo(host) : literalOf(host);
}

/** What this machine calls itself, where nothing else is set. */
export function ownHelo(): string {
  return readHelo(hostname()) ?? '[127.0.0.1]';
}

function literalOf(address: string): string | undefined {
  const family = isIP(address);
  if (family === 0) return undefined;
  return family === 6 ? `[IPv6:${address}]` : `[${address}]`;
}
