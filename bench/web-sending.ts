import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { addArticles, type Newsroom } from './newsroom.ts';
import { openApi } from './service.ts';
import type { Doors } from './web-doors.ts';
import { atSteadyRate, type LoadRun } from './web-load.ts';

/** Both doors at once, for a while. */
export interface BothDoors {
  signUp: LoadRun;
  unsubscribe: LoadRun;
}
export interface SendingRound {
  idle: BothDoors;
  sending: BothDoors;
  messagesPerSecond: number;
}
export interface SteadyLoad {
  /** Of both doors together; each has half. */
  perSecond: number;
  seconds: number;
}

/**
 * The same steady load first while the worker has nothing but its letters to do, then while it sends a digest
 * to all readers, which is cancelled afterwards.
 */
export async function idleThenSending(
  newsroom: Newsroom,
  port: number,
  doors: Doors,
  load: SteadyLoad,
): Promise<SendingRound> {
  const origin = `http://127.0.0.1:${port}`;
  const idle = await bothDoors(origin, doors, load);
  const api = await openApi(newsroom.db, port);
  const articles = await addArticles(newsroom.db, 40);
  const { id } = await api.call<{ id: string }>('POST', '/editions', {
    newsletter: 'daily',
    kind: 'special',
    articles,
    send: true,
  });
  const before = await until(newsroom, id, ({ sent }) => sent > 0);
  const began = performance.now();
  const sending = await bothDoors(origin, doors, load);
  const seconds = (performance.now() - began) / 1000;
  const after = await progress(newsroom, id);
  if (after.state !== 'sending')
    throw new Error('The digest was sent before the measure was over: give more --readers.');
  await api.call('POST', `/editions/${id}/cancel`);
  await until(newsroom, id, ({ open }) => open === 0);
  return { idle, sending, messagesPerSecond: (after.sent - before.sent) / seconds };
}

async function bothDoors(
  origin: string,
  doors: Doors,
  { perSecond, seconds }: SteadyLoad,
): Promise<BothDoors> {
  const each = perSecond / 2;
  const over = (fired: number) => fired >= each * seconds;
  const signUp = atSteadyRate(origin, each, over, doors.signUp);
  await setTimeout(500 / each); // the two in turn
  const unsubscribe = atSteadyRate(origin, each, over, doors.unsubscribe);
  return { signUp: await signUp, unsubscribe: await unsubscribe };
}

interface Progress {
  state: string;
  sent: number;
  /** Rows that are not through. */
  open: number;
}

async function progress({ db }: Newsroom, edition: string): Promise<Progress> {
  const { rows } = await sql<{ state: string; sent: string; open: string }>`
    select e.state, coalesce(sum(r.sent), 0) as sent, coalesce(sum(r.queued + r.sending), 0) as open
    from editions e left join ranges r on r.edition_id = e.id
    where e.id = ${edition} group by e.state`.execute(db);
  const [row] = rows;
  return { state: row?.state ?? '', sent: Number(row?.sent), open: Number(row?.open) };
}

async function until(
  newsroom: Newsroom,
  edition: string,
  reached: (progress: Progress) => boolean,
): Promise<Progress> {
  for (;;) {
    const now = await progress(newsroom, edition);
    if (reached(now)) return now;
    await setTimeout(50);
  }
}
