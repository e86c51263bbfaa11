import { sql } from 'kysely';
import { Counter, Gauge, Histogram } from 'prom-client';
import { attentionByCause } from '../actions/attention/list.ts';
import { answersSoon } from '../actions/watch-sending.ts';
import { openBounceCount } from '../bounces/list.ts';
import type { Context } from '../context.ts';
import { workersAlive } from '../deliveries/stalled-editions.ts';
import { openRegistry } from '../process/metrics-registry.ts';

const QUEUES = ['feeds', 'editions', 'deliver', 'letters'] as const;
const QUEUE_MS = 1_000;

/** The figures of this process and of the whole service, for Prometheus. */
export interface Metrics {
  contentType: string;
  /** Notes one answer of this process. */
  answered(method: string, status: number, seconds: number): void;
  /** Asks database and queues, a second at most each; what cannot be known is left out. */
  collect(): Promise<string>;
}

export function openMetrics(context: Context): Metrics {
  const { db, queues } = context;
  const registry = openRegistry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const deliveries = gauge(
    'gaceta_open_edition_deliveries',
    'Deliveries of editions that are being sent, by state',
    ['state'],
  );
  const letters = gauge('gaceta_letters_queued', 'Letters that wait to be sent');
  const jobs = gauge('gaceta_queue_jobs', 'Jobs by queue and state', ['queue', 'state']);
  const editions = gauge('gaceta_editions', 'Editions by state', ['state']);
  const lastSent = gauge(
    'gaceta_edition_last_sent_timestamp',
    'When the last edition of a newsletter was sent, seconds since 1970',
    ['newsletter'],
  );
  const missing = gauge(
    'gaceta_edition_missing',
    'Editions whose hour passed and that were not composed or not started',
    ['newsletter'],
  );
  const failingFeeds = gauge('gaceta_feeds_failing', 'Active feeds whose last reading failed');
  const feedRead = gauge(
    'gaceta_feed_last_read_timestamp_seconds',
    'When a feed of a newsletter was last read without a fault, seconds since 1970',
    ['newsletter'],
  );
  const alive = gauge('gaceta_workers_alive', 'Workers whose lease holds');
  const attention = gauge('gaceta_attention', 'What needs a person, by cause', ['cause']);
  const durations = new Histogram({
    name: 'gaceta_http_request_duration_seconds',
    help: 'How long this process took to answer',
    labelNames: ['method', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });

  const bounces = new Counter({
    name: 'gaceta_bounces_total',
    help: 'What came back, by kind and group of receivers: bounce, complaint, suppressed',
    labelNames: ['kind', 'group'],
    registers: [registry],
  });
  const newBounces = openBounceCount(db);

  const byLabel = (gauge: Gauge, label: string, rows: { label: string; n: string }[]) => {
    gauge.reset();
    for (const row of rows) gauge.set({ [label]: row.label }, Number(row.n));
  };
  const counted = async (query: ReturnType<typeof sql<{ label: string; n: string }>>) =>
    (await query.execute(db)).rows;

  async function ofLedger(): Promise<void> {
    const { rows } = await sql<Record<string, string>>`
      select coalesce(sum(queued), 0) as queued, coalesce(sum(r.sending), 0) as sending,
        coalesce(sum(r.sent), 0) as sent, coalesce(sum(failed), 0) as failed,
        coalesce(sum(skipped), 0) as skipped, coalesce(sum(uncertain), 0) as uncertain
      from ranges r join editions e on e.id = r.edition_id
      where e.state in ('sending', 'paused')`.execute(db);
    for (const [state, count] of Object.entries(rows[0] ?? {}))
      deliveries.set({ state }, Number(count));
  }

  async function ofEditions(): Promise<void> {
    byLabel(
      editions,
      'state',
      await counted(sql`select state as label, count(*) as n from editions group by state`),
    );
    byLabel(
      lastSent,
      'newsletter',
      await counted(sql`
        select n.slug as label, extract(epoch from max(e.finished_at)) as n
        from editions e join newsletters n on n.id = e.newsletter_id
        where e.state = 'sent' group by n.slug`),
    );
    byLabel(
      missing,
      'newsletter',
      await counted(sql`
        select n.slug as label, count(a.id) as n from newsletters n
        left join attention a on a.newsletter_id = n.id and a.cause = 'missed' and a.over is null
          and a.raised_at is not null
        where n.active group by n.slug`),
    );
    byLabel(
      feedRead,
      'newsletter',
      await counted(sql`
        select n.slug as label, extract(epoch from max(f.last_fetched_at)) as n
        from feeds f join newsletters n on n.id = f.newsletter_id
        where f.last_cause is null and f.last_fetched_at is not null group by n.slug`),
    );
    const { rows } = await sql<{ letters: string; feeds: string }>`
      select (select count(*) from letters where state = 'queued') as letters,
        (select count(*) from feeds where state = 'active' and last_cause is not null) as feeds`.execute(
      db,
    );
    letters.set(Number(rows[0]?.letters ?? 0));
    failingFeeds.set(Number(rows[0]?.feeds ?? 0));
  }

  async function ofAttention(): Promise<void> {
    alive.set(await workersAlive(db));
    for (const [cause, n] of await attentionByCause(db)) attention.set({ cause }, n);
  }

  async function ofBounces(): Promise<void> {
    for (const { kind, group, n } of await newBounces()) bounces.inc({ kind, group }, n);
  }

  async function ofQueue(queue: (typeof QUEUES)[number]): Promise<void> {
    const counts = await queues.counts(queue);
    for (const [state, count] of Object.entries(counts)) jobs.set({ queue, state }, count);
  }

  return {
    contentType: registry.contentType,
    answered: (method, status, seconds) =>
      durations.observe({ method, status: String(status) }, seconds),
    async collect() {
      jobs.reset();
      await Promise.all([
        answersSoon(ofLedger()),
        answersSoon(ofEditions()),
        answersSoon(ofAttention()),
        answersSoon(ofBounces()),
        ...QUEUES.map((queue) => answersSoon(ofQueue(queue), QUEUE_MS)),
      ]);
      return registry.metrics();
    },
  };
}
