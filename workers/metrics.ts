import { createServer } from 'node:http';
import { Counter, Gauge } from 'prom-client';
import { CannotListen } from '../src/process/cannot-listen.ts';
import { openRegistry } from '../src/process/metrics-registry.ts';
import { outcomeOf } from '../src/relays/outcome.ts';
import type { Answer } from '../src/relays/smtp/outgoing.ts';

/** The figures of one worker since it started, for Prometheus. */
export interface WorkerMetrics {
  /** Notes what a relay answered to a message for a reader of that group of receivers. */
  message(kind: 'edition' | 'letter', answer: Answer, receiverGroup: string): void;
  feedRead(read: boolean): void;
  text(): Promise<string>;
  contentType: string;
}

const OUTCOMES = {
  sent: 'sent',
  again: 'retried',
  later: 'retried',
  waits: 'retried',
  failed: 'failed',
  uncertain: 'uncertain',
} as const;

/** Opens the counters of this process. */
export function openWorkerMetrics(): WorkerMetrics {
  const registry = openRegistry();
  const registers = [registry];
  const messages = new Counter({
    name: 'gaceta_messages_total',
    help: 'Messages handed to relays, by what became of them: sent, retried, failed, uncertain',
    labelNames: ['kind', 'relay', 'group', 'outcome'],
    registers,
  });
  const lastSent = new Gauge({
    name: 'gaceta_message_last_sent_timestamp_seconds',
    help: 'When a relay last took a message, seconds since 1970',
    labelNames: ['relay'],
    registers,
  });
  const feeds = new Counter({
    name: 'gaceta_feeds_read_total',
    help: 'Readings of feeds, by whether they went well: read, failed',
    labelNames: ['result'],
    registers,
  });
  return {
    message(kind, answer, group) {
      // it was never asked
      if (answer.kind === 'withdrawn') return;
      const { relay } = answer;
      const outcome = OUTCOMES[outcomeOf(answer).message];
      messages.inc({ kind, relay, group, outcome });
      if (outcome === 'sent') lastSent.set({ relay }, Date.now() / 1000);
    },
    feedRead: (read) => feeds.inc({ result: read ? 'read' : 'failed' }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Serves a worker's figures at /metrics, to this machine alone. Throws CannotListen. */
export async function serveWorkerMetrics(
  metrics: WorkerMetrics,
  port: number,
): Promise<{ port: number; close(): void }> {
  const server = createServer(async (req, res) => {
    if (req.method !== 'GET' || req.url !== '/metrics') return void res.writeHead(404).end();
    const text = await metrics.text();
    res.writeHead(200, { 'Content-Type': metrics.contentType }).end(text);
  });
  const host = '127.0.0.1';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  await promise.catch((error: Error) => {
    throw new CannotListen(host, port, error.message, 'WORKER_METRICS_PORT');
  });
  const address = server.address();
  return {
    port: address && typeof address === 'object' ? address.port : port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
