import type { Logger } from 'pino';

/** A service that this process has connections to, and whether it is there. */
export interface Outage {
  /** A connection broke or could not be made. */
  lost(error: Error): void;
  /** A connection was made. */
  found(): void;
}

const names = new WeakMap<Logger, Set<string>>();

/**
 * Says once that a service is lost and once that it is back, however many connections notice. While one is
 * lost, the log leaves out what only follows from that (see `openLog`).
 */
export function watchOutage(log: Logger, name: string): Outage {
  const lost = lostServices(log);
  return {
    lost(error) {
      if (lost.has(name) || !isAway(error)) return;
      lost.add(name);
      log.error(`${name} does not answer (${wordsOf(error)}); trying again until it does`);
    },
    found() {
      if (lost.delete(name)) log.info(`${name} answers again`);
    },
  };
}

/** The services that are lost at this moment, as far as this log has been told. */
export function lostServices(log: Logger): Set<string> {
  const known = names.get(log) ?? new Set();
  names.set(log, known);
  return known;
}

/** The host of an address, for a log: no user, no password. A socket's folder where there is no host. */
export function hostOf(url: string): string {
  const { hostname, port, searchParams } = new URL(url);
  const folder = searchParams.get('host');
  return folder ?? (port ? `${hostname}:${port}` : hostname);
}

/** Whether an error says that a service is away, and nothing about what was asked of it. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, name, message } = error as Failure;
  return (
    AWAY.has(code ?? '') ||
    name === 'MaxRetriesPerRequestError' ||
    /^(Connection (terminated|is closed)|Command timed out|timeout exceeded when trying to connect)/.test(
      message,
    ) ||
    (error instanceof AggregateError && error.errors.every(isAway))
  );
}

// of the system, and of a PostgreSQL that starts, stops or is full
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08006',
]);

type Failure = Error & { code?: string };
const wordsOf = (error: Failure): string => (error.code ?? error.message).split('\n')[0] ?? '';
