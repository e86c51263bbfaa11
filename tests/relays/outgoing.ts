import type { Outgoing } from '../../src/relays/smtp/outgoing.ts';

/** A small message to `to`; what is given replaces what is made up. */
export function outgoing(to: string, given: Partial<Outgoing> = {}): Outgoing {
  const body = [Buffer.from(`To: ${to}\r\nSubject: hello\r\n\r\n`), Buffer.from(`Hello ${to}\r\n`)];
  return {
    from: 'bounces@news.test',
    to,
    utf8: false,
    body,
    size: Buffer.concat(body).length,
    mayStart: () => true,
    ...given,
  };
}
