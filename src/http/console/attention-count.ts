import type { Response } from 'express';
import { countAttention } from '../../actions/attention/list.ts';
import type { Context } from '../../context.ts';
import { scopeOf } from '../middleware/roles.ts';

/** How long a count is good for; it is on every page, and what it counts is looked for every few seconds. */
const KEPT_MS = 2_000;

const kept = new WeakMap<Context['db'], Map<string, { at: number; count: Promise<number> }>>();

/** How many things need whoever is signed in: the number in the navigation. 0 before signing in. */
export async function attentionCount({ db, log }: Context, res: Response): Promise<number> {
  if (!res.locals.operator) return 0;
  const scope = scopeOf(res);
  const key = JSON.stringify(scope);
  const counts = kept.get(db) ?? new Map();
  kept.set(db, counts);
  const known = counts.get(key);
  if (known && performance.now() - known.at < KEPT_MS) return known.count;
  const count = countAttention(db, scope).catch((err) => {
    log.warn({ err }, 'what needs a person cannot be counted');
    return 0;
  });
  counts.set(key, { at: performance.now(), count });
  return count;
}
