import type { Request } from 'express';

/**
 * The site a browser says a request comes from (the Origin header), as `https://example.org`. Undefined when
 * there is no such header, when it is `null` or when it is no http(s) origin: anybody can write anything there.
 */
export function requestOrigin(req: Request): string | undefined {
  const given = req.get('Origin');
  if (given === undefined || !URL.canParse(given)) return undefined;
  const { origin, protocol } = new URL(given);
  return origin === given && (protocol === 'https:' || protocol === 'http:') ? origin : undefined;
}

/** Whether an origin is this service, by PUBLIC_URL or by the host that was asked. */
export function isOwnOrigin(req: Request, origin: string, publicUrl: string): boolean {
  return origin === new URL(publicUrl).origin || new URL(origin).host === req.get('Host');
}
