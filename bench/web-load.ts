import { Pool } from 'undici';

/** One request of many; a status other than these is an error of the run. */
export interface Shot {
  path: string;
  body: string;
  headers: Record<string, string>;
}

export interface LoadRun {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Fires `count` requests over so many connections, each as soon as the one before is answered. */
export async function atFullRate(
  origin: string,
  count: number,
  connections: number,
  shot: (n: number) => Shot,
): Promise<LoadRun> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < count) times.push(await fire(pool, shot(next++)));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  await pool.close();
  return { perSecond: count / seconds, ...quantiles(times) };
}

/**
 * Fires at a steady rate whether or not the ones before are answered, until `over` says so: waiting in a
 * queue counts, as it does for readers.
 */
export async function atSteadyRate(
  origin: string,
  perSecond: number,
  over: (fired: number) => boolean,
  shot: (n: number) => Shot,
): Promise<LoadRun> {
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
  const flying: Promise<number>[] = [];
  const began = performance.now();
  for (let n = 0; !over(n); n++) {
    const due = began + (n * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    flying.push(fire(pool, shot(n)));
  }
  const times = await Promise.all(flying);
  await pool.close();
  return { perSecond, ...quantiles(times) };
}

/** Fires shots of several kinds in turn over one connection, and gives the median of each kind in ms. */
export async function inTurn<K extends string>(
  origin: string,
  rounds: number,
  shots: Record<K, (round: number) => Shot>,
): Promise<Record<K, number>> {
  const pool = new Pool(origin, { connections: 1, pipelining: 1 });
  const kinds = Object.keys(shots) as K[];
  const times = new Map<K, number[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    // Back and forth: none comes always after the same other.
    const order = round % 2 ? kinds : kinds.toReversed();
    for (const kind of order) times.get(kind)?.push(await fire(pool, shots[kind](round)));
  }
  await pool.close();
  const medians = kinds.map((kind) => [kind, quantiles(times.get(kind) ?? []).p50Ms]);
  return Object.fromEntries(medians) as Record<K, number>;
}

async function fire(pool: Pool, { path, body, headers }: Shot): Promise<number> {
  const began = performance.now();
  const answer = await pool.request({ path, method: 'POST', body, headers });
  const text = await answer.body.text();
  if (answer.statusCode >= 300)
    throw new Error(`${path.slice(0, 20)}: ${answer.statusCode} ${text.slice(0, 200)}`);
  return performance.now() - began;
}

function quantiles(times: number[]): { p50Ms: number; p99Ms: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
