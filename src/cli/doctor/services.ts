import { sql } from 'kysely';
import type { Config } from '../../config.ts';
import type { Context } from '../../context.ts';
import { bad, type Check, good } from '../../doctor/check.ts';
import { untrustedProxySeen } from '../../operators/untrusted-proxy.ts';
import { anyWorker, NO_WORKER } from '../workers.ts';

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

/** Whether what comes back is read here. */
export function checkExposure({ inboundDomain, inboundSmtp }: Config): Check[] {
  if (inboundDomain !== undefined && inboundSmtp)
    return [good('inbound', `email to ${inboundDomain} comes in at port ${inboundSmtp.port}`)];
  return [
    good(
      'inbound',
      'No inbound email is set up: bounces, complaints and reports are not read, and unsubscribe requests by email go to the newsletter’s replyTo address.',
      'Set INBOUND_DOMAIN and INBOUND_SMTP_PORT (docs/deliverability.md), or give each newsletter a replyTo address that someone reads.',
    ),
  ];
}
