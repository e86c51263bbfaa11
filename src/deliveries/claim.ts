import pg from 'pg';
import type { Logger } from 'pino';
import { ledgerOf } from '../database/partitions.ts';
import type { Format, Frequency } from '../database/tables.ts';
import { type ClaimStatements, claimStatements } from './claim-statement.ts';
import type { Settlement } from './settlement.ts';

/** An answer on its way into the ledger. It names its claim: one that was claimed since is left alone. */
export interface Settle extends Settlement {
  edition: string;
  subscriber: string;
  range: string;
  claim: string;
  variant?: string;
}

/** What to claim: so many due rows of a range after a subscriber. */
export interface WantedRows {
  edition: string;
  range: string;
  after: string;
  last: string;
  count: number;
}

/** A row that is ours to send. */
export interface Claimed {
  subscriber: string;
  email: string;
  addressChanges: number;
  name: string | null;
  language: string | null;
  sections: string[] | null;
  format: Format;
  frequency: Frequency;
  revision: number;
  attempts: number;
  reasonBefore: string | null;
}

export interface SettledAndClaimed {
  claimed: Claimed[];
  /** How many answers were written; the rows of the others were no longer ours. */
  settled: number;
  /** How many rows were looked at, and the last of them: fewer than wanted means the range is through. */
  looked: number;
  lastLooked: string | null;
}

/** Nobody can say whether the statement was committed: the connection broke before its answer came. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('the connection broke while a settle-and-claim was on its way', { cause });
    this.name = 'OutcomeUnknown';
  }
}

/** The sending path's own connection. One statement at a time. */
export interface Claims {
  /**
   * Settles and claims in one durable transaction. Throws OutcomeUnknown; any other error means that nothing was
   * changed. Connects at the first use, and again after a break.
   */
  run(
    worker: number,
    claim: string,
    settles: Settle[],
    wanted: WantedRows | undefined,
  ): Promise<SettledAndClaimed>;
  /** Settles answers whose rows were judged uncertain meanwhile. May be repeated. */
  settleLate(settles: Settle[]): Promise<void>;
  close(): Promise<void>;
}

// Planned once: planning it anew each time cost a third of the rate. Index lookups whatever the statistics say.
const SESSION = `set plan_cache_mode = force_generic_plan; set synchronous_commit = on; set jit = off;
  set enable_seqscan = off; set enable_bitmapscan = off; set enable_hashjoin = off; set enable_mergejoin = off`;
const NOTHING: SettledAndClaimed = { claimed: [], settled: 0, looked: 0, lastLooked: null };

/** Opens the connection at the first statement. */
export function openClaims(databaseUrl: string, log: Logger): Claims {
  let open: Promise<pg.Client> | undefined;
  const connect = () => {
    const opening = connectClient(databaseUrl, () => {
      if (open === opening) open = undefined;
    });
    opening.catch((err: unknown) => {
      log.debug({ err }, 'no connection for claims');
      if (open === opening) open = undefined;
    });
    return opening;
  };
  const known = new Map<string, ClaimStatements>();
  const query = async (ledger: string, which: keyof ClaimStatements, values: unknown[]) => {
    let statements = known.get(ledger);
    if (!statements) {
      statements = claimStatements(ledger);
      known.set(ledger, statements);
    }
    const [name, text] = [`${which} ${ledger}`, statements[which]];
    open ??= connect();
    const client = await open;
    try {
      return await answerTo(client, { name, text, values, rowMode: 'array' });
    } catch (error) {
      if (rolledBack(error)) throw error;
      open = undefined;
      void client.end().catch(() => undefined);
      throw new OutcomeUnknown(error);
    }
  };
  return {
    async run(worker, claim, settles, wanted) {
      if (settles.length === 0 && !wanted) return NOTHING;
      const events = settles.some((settle) => settle.event || settle.bounce);
      const ranges = new Set(settles.map((settle) => settle.range));
      if (wanted) ranges.add(wanted.range);
      const { edition = null, range = null, after = null, last = null, count = 0 } = wanted ?? {};
      const editions = new Set(settles.map((settle) => settle.edition));
      if (wanted) editions.add(wanted.edition);
      const { rows } = await query(
        ledgerOf(editions),
        events ? 'settleAndClaimWithEvents' : 'settleAndClaim',
        [worker, claim, edition, range, after, last, count, answersOf(settles), [...ranges]],
      );
      return read(rows);
    },
    async settleLate(settles) {
      const ranges = [...new Set(settles.map((settle) => settle.range))];
      const ledger = ledgerOf(settles.map((settle) => settle.edition));
      await query(ledger, 'settleLate', [answersOf(settles), ranges]);
    },
    async close() {
      const client = await open?.catch(() => undefined);
      open = undefined;
      await client?.end();
    },
  };
}

/** By callback: with the promise that pg makes itself, rows outlive their statement until V8's next full collection. */
function answerTo(client: pg.Client, query: pg.QueryArrayConfig): Promise<pg.QueryArrayResult> {
  return new Promise((resolve, reject) => {
    client.query(query, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

async function connectClient(databaseUrl: string, onBroken: () => void): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'gaceta-claims',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', onBroken);
  client.on('end', onBroken);
  await client.connect();
  await client.query(SESSION);
  return client;
}

// The server said so itself, and not while it was being stopped (57xxx may come after the commit).
function rolledBack(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError && error.code !== undefined && !error.code.startsWith('57')
  );
}

function answersOf(settles: Settle[]): string {
  return JSON.stringify(
    settles.map((settle) => ({
      edition: settle.edition,
      subscriber: settle.subscriber,
      claim: settle.claim,
      state: settle.state,
      reason: settle.reason,
      delay: settle.delayMs ?? 0,
      counted: settle.counted ? 1 : 0,
      relay: settle.relay,
      answer: settle.answer,
      uncertain: settle.uncertain ?? false,
      variant: settle.variant,
      event: settle.event,
      bounce: settle.bounce,
    })),
  );
}

type Row = [
  settled: string,
  looked: string,
  lastLooked: string | null,
  subscriber: string | null,
  email: string,
  addressChanges: number,
  name: string | null,
  language: string | null,
  sections: string[] | null,
  format: Format,
  frequency: Frequency,
  revision: number,
  attempts: number,
  reasonBefore: string | null,
];

function read(rows: unknown[][]): SettledAndClaimed {
  const made: SettledAndClaimed = { claimed: [], settled: 0, looked: 0, lastLooked: null };
  for (const [settled, looked, lastLooked, subscriber, ...reader] of rows as Row[]) {
    Object.assign(made, { settled: Number(settled), looked: Number(looked), lastLooked });
    if (subscriber === null) continue;
    const [
      email,
      addressChanges,
      name,
      language,
      sections,
      format,
      frequency,
      revision,
      attempts,
      reasonBefore,
    ] = reader;
    made.claimed.push({
      subscriber,
      email,
      addressChanges,
      name,
      language,
      sections,
      format,
      frequency,
      revision,
      attempts,
      reasonBefore,
    });
  }
  return made;
}
