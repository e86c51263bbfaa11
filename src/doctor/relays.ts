import type { Context } from '../context.ts';
import { noticeInWords } from '../locales/notices.ts';
import { isLoopback } from '../relays/loopback.ts';
import { type Probe, probeRelay } from '../relays/probe.ts';
import type { RelaySettings } from '../relays/settings.ts';
import { bad, type Check, good } from './check.ts';
import { asked, type Dns } from './dns.ts';
import { checkHelo, checkReverse } from './names.ts';

/** Knocks at every relay as sending would, and looks its names up. */
export async function checkRelays(
  { config, relays, now }: Pick<Context, 'config' | 'relays' | 'now'>,
  dns: Dns,
): Promise<Check[]> {
  if (config.relays) {
    const several = config.relays.length > 1;
    const found = await Promise.all(
      config.relays.map((relay) =>
        checkRelay(relay, several ? `relay ${relay.name}` : 'relay', dns, now()),
      ),
    );
    return found.flat();
  }
  const embedded = 'the built-in mailbox (SMTP_URL is unset): no email is sent out';
  if (relays.length === 0) return [good('relay', `${embedded}; it runs with "npm start"`)];
  const probes = await Promise.all(relays.map((relay) => probeRelay(relay)));
  return probes.map((probe) => (probe.ok ? good('relay', embedded) : unanswered('relay', probe)));
}

const unanswered = (name: string, { error }: Probe, values: Record<string, string> = {}): Check =>
  bad(name, error?.reply ?? 'no answer', error ? noticeInWords(error.fix) : 'Look at SMTP_URL.', {
    finding: 'away',
    values: { ...values, reply: error?.reply ?? '' },
  });

async function checkRelay(
  relay: RelaySettings,
  name: string,
  dns: Dns,
  now: Date,
): Promise<Check[]> {
  const [probe, reverse] = await Promise.all([
    probeRelay(relay),
    asked('reverse', () => checkReverse(dns, relay.host)),
  ]);
  const values = { relay: relay.host };
  if (!probe.ok) return [unanswered(name, probe, values), reverse];
  const helo = isLoopback(relay.host)
    ? []
    : [await asked('helo', () => checkHelo(dns, relay.host, probe.helo))];
  const plain = probe.tls === 'none' && !isLoopback(relay.host);
  if (plain && relay.auth) {
    const open = bad(
      name,
      `User and password go to ${relay.host} in the clear (?tls=off in SMTP_URL): anyone on the way can read them.`,
      'Leave tls=off out of SMTP_URL, or use smtps:// with port 465.',
      { finding: 'password', values },
    );
    return [open, ...helo, reverse];
  }
  const [finding, advice] = tlsAdvice(probe, plain, now);
  const able = probe.capabilities.filter((line) =>
    /^(PIPELINING|SMTPUTF8|CHUNKING|SIZE)/i.test(line),
  );
  const steps = probe.steps.map((step) => step.detail).join(', ');
  const until = probe.validTo ? ` until ${probe.validTo.toISOString().slice(0, 10)}` : '';
  const found = good(
    name,
    `${steps}, TLS: ${probe.tls}${until}; ${able.join(', ')}`,
    advice,
    finding ? { values, finding } : {},
  );
  return [found, ...helo, reverse];
}

const SOON_MS = 14 * 86_400_000;

/** What to better about the encryption of a relay that works. */
function tlsAdvice(
  { tls, certificateOk, certificateFault, validTo }: Probe,
  plain: boolean,
  now: Date,
): [finding: string | undefined, advice: string | null] {
  if (plain)
    return [
      'plain',
      'Email goes there unencrypted. If the relay offers TLS elsewhere, use smtps:// or ?tls=required.',
    ];
  if (certificateOk === false)
    return [
      'certificate',
      `Its certificate is not valid (${certificateFault}): ask the relay’s provider.`,
    ];
  if (tls === 'TLSv1' || tls === 'TLSv1.1')
    return [
      'old',
      `It speaks ${tls}, which is no longer safe: ask the relay’s provider for TLS 1.2 or later.`,
    ];
  if (validTo && validTo.getTime() - now.getTime() < SOON_MS)
    return ['ending', 'Its certificate ends soon: see that it is renewed.'];
  return [undefined, null];
}
