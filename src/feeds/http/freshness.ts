import type { IncomingHttpHeaders } from 'node:http';

const textOf = (value: string | string[] | undefined) =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');

/** How long an answer stays fresh (RFC 9111): Cache-Control's max-age less Age, else Expires; null: not said. */
export function freshSeconds(headers: IncomingHttpHeaders, now: Date): number | null {
  const control = textOf(headers['cache-control']).toLowerCase();
  if (/\bno-(cache|store)\b/.test(control)) return 0;
  const age = /\bmax-age\s*=\s*"?(\d{1,9})/.exec(control)?.[1];
  if (age) return Math.max(0, Number(age) - (Number(headers['age']) || 0));
  const expires = Date.parse(textOf(headers['expires']));
  if (Number.isNaN(expires)) return null;
  const date = Date.parse(textOf(headers['date']));
  return Math.max(0, Math.round((expires - (Number.isNaN(date) ? now.getTime() : date)) / 1000));
}

/** Retry-After in seconds, whether given as seconds or as a date (RFC 9110, 10.2.3); null: not said. */
export function retryAfter(headers: IncomingHttpHeaders, now: Date): number | null {
  const value = textOf(headers['retry-after']).trim();
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now.getTime()) / 1000));
}
