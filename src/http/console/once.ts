import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { Context } from '../../context.ts';
import { beginPost, endPost, postedBefore } from '../../operators/form-posts.ts';

const LOOK_MS = 100;
const PATIENCE_MS = 10_000;

/**
 * Does what a form asks for once: the same form sent again, with the same values, gets the first one's answer. A form
 * is known by its hidden field `once`, made anew with each page; one that was answered with a page instead of a
 * redirect (something to correct) may be sent again.
 */
export function onceForEachForm({ db, log }: Context): RequestHandler {
  return async (req, res, next) => {
    if (req.method !== 'POST' || typeof req.body?.once !== 'string') return next();
    // a form with a file is looked at once more when the file is here: one that was none is known already
    if (res.locals.once) return next();
    res.locals.once = true;
    const key = createHash('sha256')
      .update(JSON.stringify([req.session?.operator.id, req.originalUrl, req.body]))
      .digest();
    const until = performance.now() + PATIENCE_MS;
    while (!(await beginPost(db, key))) {
      const location = await postedBefore(db, key);
      if (location) return res.redirect(303, location);
      // the first one is still at work
      if (performance.now() > until)
        return next(new Error('The same form is still being worked on.'));
      await wait(LOOK_MS);
    }
    const end = res.end.bind(res);
    // the answer waits for the note, so that the same form sent after it finds the note
    res.end = ((...args: Parameters<typeof res.end>) => {
      const location = res.statusCode === 303 ? res.get('Location') : undefined;
      endPost(db, key, location)
        .catch((error) => log.warn({ err: error }, 'a form may be sent again'))
        .finally(() => end(...args));
      return res;
    }) as typeof res.end;
    return next();
  };
}
