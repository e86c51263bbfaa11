import { isIP } from 'node:net';
import type { Request, RequestHandler } from 'express';
import ipaddr from 'ipaddr.js';

/** What stands for every address that is none: they share one set of limits (RFC 7239, 6.2, has the word). */
const UNKNOWN = 'unknown';

/**
 * Makes X-Forwarded-For a list of plain addresses before anything reads it, so that `req.ip` is an address or
 * `unknown`. Some proxies add ports; anything else somebody wrote there would be an origin of its own, without
 * a limit, and would be stored.
 */
export const plainForwardedFor: RequestHandler = (req, _res, next) => {
  const header = req.headers['x-forwarded-for'];
  if (header !== undefined)
    req.headers['x-forwarded-for'] = String(header).split(',').map(plainAddress).join(', ');
  next();
};

/** `1.2.3.4:56`, `[2001:db8::1]:56`, `::ffff:1.2.3.4` as the address alone. */
function plainAddress(text: string): string {
  const bare = text.trim().replaceAll('"', '');
  const [, bracketed, v4] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(bare) ?? [];
  const address = bracketed ?? v4 ?? bare;
  return isIP(address) ? ipaddr.process(address).toString() : UNKNOWN;
}

/** Where a request came from, for the audit. */
export const originOf = (req: Request): { origin?: string } =>
  req.ip === undefined ? {} : { origin: req.ip };

/**
 * The network that an address belongs to, as limits count it: an IPv4 address is one, of IPv6 the first `bits`
 * bits are. One customer of a provider has a /64 at least, and often a /48.
 */
export function networkOf(address: string | undefined, bits: 64 | 48 = 64): string {
  if (!address || !isIP(address)) return UNKNOWN;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = [...parsed.toByteArray().slice(0, bits / 8), ...Array(16 - bits / 8).fill(0)];
  return `${ipaddr.fromByteArray(network).toString()}/${bits}`;
}

const PROXY_HEADERS =
  /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|x-client-ip|x-cluster-client-ip|x-original-.*|x-envoy-.*|true-client-ip|cf-.*|fastly-client-ip)$/;

/** Whether a request passed a proxy, by what proxies add to it. */
export const passedProxy = (req: Request): boolean =>
  Object.keys(req.headers).some((name) => PROXY_HEADERS.test(name));

/**
 * Whether a request was made on this machine and by nobody else: by the socket, not by what a header says, and
 * not through a proxy of this machine.
 */
export const fromThisMachine = (req: Request): boolean =>
  rangeOf(req.socket.remoteAddress) === 'loopback' && !passedProxy(req);

/** Whether the other end of the socket is near enough to be a proxy of ours: this machine or its network. */
export const fromNearby = (req: Request): boolean =>
  ['loopback', 'private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat'].includes(
    rangeOf(req.socket.remoteAddress),
  );

function rangeOf(address: string | undefined): string {
  return address && isIP(address) ? ipaddr.process(address).range() : UNKNOWN;
}
