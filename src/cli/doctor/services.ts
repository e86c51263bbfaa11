import { sql } from 'kysely';
import type { Config } from '../../config.ts';
import type { Context } from '../../context.ts';
import { untrustedProxySeen } from '../../operators/untrusted-proxy.ts';
import { isLoopback } from '../../relays/loopback.ts';
import { probeRelay } from '../../relays/probe.ts';
import type { RelaySettings } from '../../relays/settings.ts';
import { anyWorker, NO_WORKER } from '../workers.ts';
import { bad, type Check, good } from './check.ts';

/** What the database is, and whether a failover would keep what was promised to readers. */
export async function checkDatabase({ db, config }: Context): Promise<Check> {
  const { rows } = await sql<{ version: string; asynchronous: number }>`
    select current_setting('server_version') as version,
      (select count(*)::int from pg_stat_replication where sync_state = 'async') as asynchronous
  `.execute(db);
  const [{ version, asynchronous } = { version: '?', asynchronous: 0 }] = rows;
  const where = config.databaseUrl ? 'of your own' : 'embedded';
  return good(
    'database',
    `PostgreSQL ${version}, ${where}, schema up to date`,
    asynchronous > 0
      ? 'A standby follows asynchronously: after a failover to it readers may get an edition twice. Make it synchronous (synchronous_standby_names).'
      : null,
  );
}

export async function checkQueue({ queues, db }: Context): Promise<Check> {
  const where = queues.backend === 'redis' ? 'Redis' : 'PostgreSQL';
  try {
    const { waiting = 0, delayed = 0, active = 0 } = await queues.counts('deliver');
    const jobs = `${waiting} jobs waiting, ${delayed} delayed, ${active} active`;
    return good('queue', `in ${where}: ${jobs}`, (await anyWorker(db)) ? null : NO_WORKER);
  } catch (error) {
    return bad(
      'queue',
      `The queue in ${where} does not answer: ${(error as Error).message}`,
      queues.backend === 'redis'
        ? 'Start Redis, or correct REDIS_URL.'
        : 'Run "npx gaceta migrate".',
    );
  }
}

/** Whether a proxy stands in front that the web processes do not know of. */
export async function checkProxy({ db, config }: Context): Promise<Check[]> {
  if (config.trustProxy !== undefined || !(await untrustedProxySeen(db))) return [];
  return [
    bad(
      'proxy',
      'Requests come through a proxy and TRUST_PROXY is unset: everybody shares one set of limits.',
      'Set TRUST_PROXY to the number of proxies in front of Gaceta (usually 1), and start it again.',
    ),
  ];
}

/** Knocks at every relay as sending would. */
export function checkRelays({ config, relays }: Context): Promise<Check[]> {
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

async function checkRelay(relay: RelaySettings, name: string): Promise<Check> {
  const probe = await probeRelay(relay);
  if (!probe.ok)
    return bad(name, probe.error?.reply ?? 'no answer', probe.error?.fix ?? 'Look at SMTP_URL.');
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

/** What the outside must be able to do. */
export function checkExposure(config: Config): Check[] {
  const { protocol, hostname } = new URL(config.publicUrl);
  const here = /^(localhost|127\.|\[::1\])/.test(hostname);
  const reports = good(
    'inbound',
    'No inbound email is set up: unsubscribe requests by email go to the newsletter’s replyTo address.',
    'Give each newsletter a replyTo address that someone reads.',
  );
  if (here || protocol === 'https:')
    return [
      good(
        'public',
        config.publicUrl,
        here
          ? 'Links in emails only work on this machine: set PUBLIC_URL to the public address.'
          : null,
      ),
      reports,
    ];
  return [
    bad(
      'public',
      `${config.publicUrl} is not https: mail apps do not offer one-click unsubscribe.`,
      'Put a proxy with a certificate in front, and set PUBLIC_URL to its https address.',
    ),
    reports,
  ];
}
