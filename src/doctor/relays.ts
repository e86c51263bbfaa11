import type { Context } from '../context.ts';
import { noticeInWords } from '../locales/notices.ts';
import { isLoopback } from '../relays/loopback.ts';
import { probeRelay } from '../relays/probe.ts';
import type { RelaySettings } from '../relays/settings.ts';
import { bad, type Check, good } from './check.ts';

/** Knocks at every relay as sending would. */
export function checkRelays({
  config,
  relays,
}: Pick<Context, 'config' | 'relays'>): Promise<Check[]> {
  if (config.relays) {
    const several = config.relays.length > 1;
    return Promise.all(
      config.relays.map((relay) => checkRelay(relay, several ? `relay ${relay.name}` : 'relay')),
    );
  }
  const embedded = 'the built-in mailbox (SMTP_URL is unset): no email is sent out';
  if (relays.length === 0)
    return Promise.resolve([good('relay', `${embedded}; it runs with "npm start"`)]);
  return Promise.all(
    relays.map(async (relay) => {
      const check = await checkRelay(relay, 'relay');
      return { ...check, detail: check.ok ? embedded : check.detail };
    }),
  );
}

export async function checkRelay(relay: RelaySettings, name: string): Promise<Check> {
  const probe = await probeRelay(relay);
  if (!probe.ok)
    return bad(
      name,
      probe.error?.reply ?? 'no answer',
      probe.error ? noticeInWords(probe.error.fix) : 'Look at SMTP_URL.',
    );
  const steps = probe.steps.map((step) => step.detail).join(', ');
  const plain = probe.tls === 'none' && !isLoopback(relay.host);
  if (plain && relay.auth)
    return bad(
      name,
      `User and password go to ${relay.host} in the clear (?tls=off in SMTP_URL): anyone on the way can read them.`,
      'Leave tls=off out of SMTP_URL, or use smtps:// with port 465.',
    );
  const advice = plain
    ? 'Email goes there unencrypted. If the relay offers TLS elsewhere, use smtps:// or ?tls=required.'
    : probe.certificateOk === false
      ? 'Its certificate is not valid: ask the relay’s provider.'
      : null;
  const able = probe.capabilities.filter((line) =>
    /^(PIPELINING|SMTPUTF8|CHUNKING|SIZE)/i.test(line),
  );
  return good(name, `${steps}, TLS: ${probe.tls}; ${able.join(', ')}`, advice);
}
