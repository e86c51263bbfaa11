import { randomUUID } from 'node:crypto';
import type { Db } from '../../src/database/connection.ts';
import { withPlans } from '../../src/deliveries/relay-plans.ts';
import { takeShare } from '../../src/deliveries/warm-up-share.ts';
import type { Logger } from '../../src/process/log.ts';
import { warmUpCeiling } from '../../src/relays/pace/warm-up.ts';
import type { RelaySettings } from '../../src/relays/settings.ts';
import type { Timings } from '../../src/timings.ts';

/** The daily ceilings of relays that are being warmed up. */
export interface WarmUp {
  /** How many more messages this worker may give a relay until the ledger is asked again. */
  left(relay: RelaySettings): number;
  /** One of them was given out. */
  used(relay: RelaySettings): void;
  stop(): void;
}

/**
 * Takes a share of what the ledger says is left of the day every few seconds, where a relay has a plan at all, in SMTP_URL
 * or by an operator's word; until that is known nothing goes to a relay, nor once a share has ended that could not be had anew.
 */
export function openWarmUp(
  db: Db,
  relays: RelaySettings[],
  log: Logger,
  timings: Pick<Timings, 'warmUpMs' | 'warmUpShareMs'>,
  onChange: () => void,
): WarmUp {
  const holder = randomUUID();
  const shares = new Map<string, { left: number; used: number; until: number }>();
  // until it is known which of them have a plan
  for (const { name } of relays) shares.set(name, { left: 0, used: 0, until: 0 });
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function ask({ name, warmUp }: RelaySettings): Promise<void> {
    if (!warmUp) {
      shares.delete(name);
      return;
    }
    const share = shares.get(name) ?? { left: 0, used: 0, until: 0 };
    shares.set(name, share);
    const askedAt = performance.now();
    // Held for a whole turn and not touched: another worker may have the readers.
    const idle = share.left > 0 && share.used === 0;
    // What starts while the ledger is being counted may not be in the count: it is subtracted from the new share.
    share.left = 0;
    share.used = 0;
    const today = new Date().toISOString().slice(0, 10);
    const ceiling = warmUpCeiling(warmUp, today);
    if (ceiling === Number.POSITIVE_INFINITY) {
      shares.delete(name);
      return;
    }
    const validMs = timings.warmUpShareMs;
    const { left } = await takeShare(db, { relay: name, ceiling, holder, idle, validMs });
    share.left += left;
    share.until = askedAt + validMs;
  }

  const askAll = async () => {
    const planned = await withPlans(db, relays).catch((err) => {
      log.warn({ err }, 'the plans of the relays cannot be read');
      return [];
    });
    for (const relay of planned) {
      await ask(relay).catch((err) =>
        log.warn({ err, relay: relay.name }, 'the messages of the day cannot be counted'),
      );
    }
    onChange();
    if (!stopped) timer = setTimeout(askAll, timings.warmUpMs);
  };
  void askAll();
  return {
    left({ name }) {
      const share = shares.get(name);
      if (!share) return Number.POSITIVE_INFINITY;
      return performance.now() < share.until ? Math.max(0, share.left) : 0;
    },
    used({ name }) {
      const share = shares.get(name);
      if (!share) return;
      share.left -= 1;
      share.used += 1;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
