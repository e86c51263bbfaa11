import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';
import { FeedAddressRefused } from '../errors.ts';

const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address lies on the public Internet: not loopback, private, link-local, shared by a
 * carrier, reserved or multicast, also not one of these wrapped in IPv6 (mapped, NAT64).
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.range() === 'unicast';
  if (parsed.range() === 'rfc6052')
    return isPublicAddress(parsed.toByteArray().slice(12).join('.'));
  return parsed.range() === 'unicast' && parsed.match(GLOBAL_V6);
}

const refusal = (host: string) => new FeedAddressRefused('privateAddress', { host });

/** Whether addresses that are not public may be reached: none, all, or these. */
export type AllowPrivate = boolean | readonly string[];

// What is connected to is what was looked up here: a name cannot answer differently a moment later.
const lookupOf =
  (mayReach: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, []);
      const open = addresses.filter(({ address }) => mayReach(address));
      const [first] = open;
      if (!first) return callback(refusal(hostname), []);
      if (options.all) callback(null, open);
      else callback(null, first.address, first.family);
    });
  };

/** A connector for undici that reaches public addresses alone, and what `allowPrivate` says. */
export function feedConnector(allowPrivate: AllowPrivate): buildConnector.connector {
  const base = { timeout: 10_000, allowH2: false, maxCachedSessions: 0 };
  if (allowPrivate === true) return buildConnector(base);
  const allowed = allowPrivate || [];
  const mayReach = (address: string) => isPublicAddress(address) || allowed.includes(address);
  const connect = buildConnector({ ...base, lookup: lookupOf(mayReach) });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    // A literal address is connected to without a lookup.
    if (isIP(host) && !mayReach(host)) return callback(refusal(host), null);
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      if (mayReach(socket.remoteAddress ?? '')) return callback(null, socket);
      socket.destroy();
      callback(refusal(host), null);
    });
  };
}
