import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import nodemailer from 'nodemailer';
import type { Db } from '../src/database/connection.ts';
import { openReturnPath } from '../src/subscribers/return-path.ts';
import { openTokens } from '../src/subscribers/tokens.ts';
import { bounceReport } from './bounce-report.ts';
import { readRecord } from './sink-record.ts';

const DOMAIN = 'back.example.test';
/** Of the readers who got the edition every tenth has no mailbox after all; of their reports every fourth comes twice. */
const EVERY = 10;
const TWICE_EVERY = 4;
const GIVE_UP_MS = 120_000;

/** What came of the reports that came in while everything was killed now and then. */
export interface CameBackVerdict {
  /** Readers about whom a report was answered 250. */
  reported: number;
  /** Times that a report was not taken, because its door was closed or its connection was cut. */
  triedAgain: number;
  notWrittenOnce: number;
  notSuppressed: number;
  stillSubscribed: number;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Brings reports that a mailbox is not there to the inbound door, as another server would: tried again until it is
 * answered 250. They are about readers who, by the sink's record, have got the edition.
 */
export function reporting(given: {
  port: number;
  secret: string;
  /** By address: their ids. */
  readers: Map<string, string>;
  edition: string;
  record: string;
}) {
  const { port, secret, readers, edition, record } = given;
  const pathOf = openReturnPath(openTokens([secret]), 'daily@example.test', edition, DOMAIN);
  const door = nodemailer.createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    connectionTimeout: 2_000,
    greetingTimeout: 2_000,
    socketTimeout: 10_000,
  });
  const reported = new Set<string>();
  let triedAgain = 0;
  let end = Number.POSITIVE_INFINITY;
  const going = bring();
  going.catch(() => undefined);

  async function bring(): Promise<void> {
    for (;;) {
      // what is taken from here on, after the end was told, is left alone
      const last = Number.isFinite(end);
      for (const email of existsSync(record) ? readRecord(record).taken.keys() : []) {
        const id = readers.get(email);
        if (id === undefined || Number(id) % EVERY !== 0 || reported.has(id)) continue;
        await deliver(email, id);
        reported.add(id);
      }
      if (last) return;
      await pause(100);
    }
  }

  async function deliver(email: string, id: string): Promise<void> {
    const raw = `Message-ID: <${randomUUID()}@mx.example.test>\r\n${bounceReport(DOMAIN, email, true)}`;
    const envelope = { from: '', to: pathOf(id) };
    for (let times = reported.size % TWICE_EVERY === 0 ? 2 : 1; times > 0; ) {
      try {
        await door.sendMail({ envelope, raw });
        times -= 1;
      } catch (error) {
        if (performance.now() > end) throw error;
        triedAgain += 1;
        await pause(200);
      }
    }
  }

  return {
    /** Waits until the last is taken, and holds them against what is written down. Throws where the door stays closed. */
    async judge(db: Db): Promise<CameBackVerdict> {
      end = performance.now() + GIVE_UP_MS;
      await going;
      const { rows } = await sql<Omit<CameBackVerdict, 'reported' | 'triedAgain'>>`
        select count(*) filter (where written <> 1)::int as not_written_once,
          count(*) filter (where not suppressed)::int as not_suppressed,
          count(*) filter (where subscribed)::int as still_subscribed
        from (
          select (select count(*) from bounces b where b.subscriber_id = s.id and b.edition_id = ${edition}
              and b.source = 'smtp' and b.hard and b.reason = 'unknown-user' and b.suppressed) as written,
            exists (select from suppressions x where x.address_hash = s.address_hash and not x.held) as suppressed,
            exists (select from subscriptions t where t.subscriber_id = s.id and t.state <> 'unsubscribed') as subscribed
          from subscribers s where s.id = any(${[...reported]}::bigint[])
        ) each`.execute(db);
      const [found] = rows;
      if (!found) throw new Error('nothing was counted');
      return { reported: reported.size, triedAgain, ...found };
    },
    /** Ends where it stands. */
    stop() {
      end = 0;
      door.close();
    },
  };
}

/** What opens the door to the workers. */
export const inboundEnvironment = (port: number, secret: string) => ({
  INBOUND_DOMAIN: DOMAIN,
  INBOUND_SMTP_PORT: String(port),
  SECRET: secret,
});
