import type { Context } from '../../../context.ts';
import { type EditionNow, type SendingNow, sendingNow } from '../../../deliveries/sending-now.ts';

/** Messages a second of the last ten seconds, and the seconds that what is due takes at that rate. */
export interface Rate {
  /** Null until it has been looked at twice. */
  perSecond: number | null;
  secondsLeft: number | null;
}

/** What is being sent, with how fast. */
export interface Figures extends Omit<SendingNow, 'editions'> {
  editions: (EditionNow & { rate: Rate; groupRates: Map<string, Rate> })[];
}

const TICK_MS = 1_000;
const WINDOW_MS = 10_000;
/** How long it goes on looking for a page that was asked for once: without scripts it is asked for again soon. */
const LINGER_MS = 30_000;

type Sent = { at: number; sent: Map<string, number> };

/**
 * The figures of what is being sent, for every page and every stream of this process: one statement a second while
 * anybody looks, none when nobody does. `close` ends it.
 */
export class LiveFigures {
  readonly #db: Context['db'];
  readonly #log: Context['log'];
  readonly #listeners = new Set<(figures: Figures) => void>();
  readonly #onClose = new Set<() => void>();
  #history: Sent[] = [];
  /** Seen at the last look and not ended: their end is told once. */
  #open: string[] = [];
  #newest: Promise<Figures> | undefined;
  #at = Number.NEGATIVE_INFINITY;
  #wantedUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ db, log }: Pick<Context, 'db' | 'log'>) {
    this.#db = db;
    this.#log = log;
  }

  /** The newest figures, at most a second old. */
  now(): Promise<Figures> {
    this.#wantedUntil = performance.now() + LINGER_MS;
    this.#begin();
    return this.#look();
  }

  /** Calls `listener` each second; `closed` when the process stops. Answers what ends it. */
  follow(listener: (figures: Figures) => void, closed: () => void): () => void {
    this.#listeners.add(listener);
    this.#onClose.add(closed);
    this.#begin();
    return () => {
      this.#listeners.delete(listener);
      this.#onClose.delete(closed);
    };
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const closed of this.#onClose) closed();
  }

  #begin(): void {
    if (this.#timer || this.#closed) return;
    this.#timer = setTimeout(async () => {
      try {
        const figures = await this.#look();
        for (const listener of this.#listeners) listener(figures);
      } catch (err) {
        // told by whoever watches the database; the next second may do
        this.#log.debug({ err }, 'no live figures');
      }
      this.#timer = undefined;
      if (this.#listeners.size > 0 || performance.now() < this.#wantedUntil) this.#begin();
      else this.#history = [];
    }, TICK_MS);
    this.#timer.unref();
  }

  #look(): Promise<Figures> {
    const now = performance.now();
    if (this.#newest && now - this.#at < TICK_MS / 2) return this.#newest;
    this.#at = now;
    const asked = this.#read(now);
    this.#newest = asked;
    asked.catch(() => {
      this.#newest = undefined;
    });
    return asked;
  }

  async #read(now: number): Promise<Figures> {
    const { editions, relays } = await sendingNow(this.#db, this.#open);
    this.#open = editions.filter(({ state }) => !ended.has(state)).map(({ id }) => id);
    const sent = new Map<string, number>();
    for (const { id, ledger, groups } of editions) {
      sent.set(id, ledger.sent);
      for (const { group, ledger: of } of groups) sent.set(`${id} ${group}`, of.sent);
    }
    this.#history = [...this.#history.filter(({ at }) => now - at <= WINDOW_MS), { at: now, sent }];
    const [oldest] = this.#history;
    const seconds = oldest ? (now - oldest.at) / 1000 : 0;
    const rate = (key: string, due: number): Rate => {
      if (seconds < TICK_MS / 2000) return { perSecond: null, secondsLeft: null };
      const before = oldest?.sent.get(key) ?? sent.get(key) ?? 0;
      const perSecond = Math.max(0, ((sent.get(key) ?? 0) - before) / seconds);
      return { perSecond, secondsLeft: perSecond > 0 ? due / perSecond : null };
    };
    return {
      relays,
      editions: editions.map((edition) => ({
        ...edition,
        rate: rate(edition.id, edition.due),
        groupRates: new Map(
          edition.groups.map(({ group, due }) => [group, rate(`${edition.id} ${group}`, due)]),
        ),
      })),
    };
  }
}

const ended = new Set(['sent', 'cancelled']);
