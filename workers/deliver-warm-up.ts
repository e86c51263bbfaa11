import type { Db } from '../src/database/connection.ts';
import { livingWorkers, sentToday } from '../src/deliveries/sent-today.ts';
import type { Logger } from '../src/log.ts';
import type { RelaySettings } from '../src/relays/settings.ts';
import { warmUpCeiling } from '../src/relays/warm-up.ts';

/** The daily ceilings of relays that are being warmed up. */
export interface WarmUp {
  /** How many more messages this worker may give a relay until the ledger is asked again. */
  left(relay: RelaySettings): number;
  /** One of them was given out. */
  used(relay: RelaySettings): void;
  stop(): void;
}

const ASK_MS = 5_000;

/**
 * Counts from the ledger every few seconds, where a relay has a plan at all. Each living worker has its share of what
 * is left, so that together they never pass the ceiling; until the first count nothing goes to such a relay.
 */
export function openWarmUp(
  db: Db,
  relays: RelaySettings[],
  log: Logger,
  onChange: () => void,
): WarmUp {
  const left = new Map<string, number>();
  const planned = relays.filter((relay) => relay.warmUp);
  for (const relay of planned) left.set(relay.name, 0);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const ask = async () => {
    try {
      const { byRelay, sending } = await sentToday(db);
      const workers = await livingWorkers(db);
      const today = new Date().toISOString().slice(0, 10);
      for (const { name, warmUp } of planned) {
        const ceiling = warmUp ? warmUpCeiling(warmUp, today) : Number.POSITIVE_INFINITY;
        const rest = ceiling - (byRelay.get(name) ?? 0) - sending;
        left.set(name, Math.max(0, Math.floor(rest / workers)));
      }
      onChange();
    } catch (err) {
      log.warn({ err }, 'the messages of the day cannot be counted');
    }
    if (!stopped) timer = setTimeout(ask, ASK_MS);
  };
  if (planned.length > 0) void ask();
  return {
    left: (relay) => left.get(relay.name) ?? Number.POSITIVE_INFINITY,
    used(relay) {
      const before = left.get(relay.name);
      if (before !== undefined) left.set(relay.name, before - 1);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
