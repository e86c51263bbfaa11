import { type Response, Router } from 'express';
import type { Context } from '../../../context.ts';
import { translator } from '../../../locales/index.ts';
import { inScope, type Scope } from '../../../operators/scope.ts';
import { operatorsOfSessions } from '../../../operators/sessions.ts';
import { requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { wordsFor } from '../pages.ts';
import type { Figures, LiveFigures } from './figures.ts';
import { type LiveEdition, liveEdition, liveRelay } from './view.ts';

/** How often it is asked whether those who follow are still signed in. */
const SESSIONS_MS = 5_000;
/** Proxies end a connection on which nothing is said for a minute. */
const SILENT_MS = 20_000;
const RECONNECT_MS = 3_000;

/** A browser that follows. */
interface Follower {
  session: string;
  /** Their account as it was when they came: role, language, newsletters. */
  operator: string;
  language: string;
  scope: Scope;
  res: Response;
  /** What was said last of each edition. */
  told: Map<string, string>;
  spokeAt: number;
  end(): void;
}

/**
 * `GET /live`: server-sent events that renew what moves on a page. `editions` holds those that have changed since the
 * last one, at first all that have not ended; `relays` what each takes. A stream ends with the session that asked for it,
 * and when anything of the operator is changed: the browser comes again as what it is then.
 */
export function liveRoutes({ db, log, now }: Context, figures: LiveFigures): Router {
  const followers = new Set<Follower>();
  let checking: NodeJS.Timeout | undefined;
  let written: { of: Figures; views: Map<string, View> } | undefined;

  /** Written once for each language, however many follow. */
  function viewIn(language: string, of: Figures): View {
    if (written?.of !== of) written = { of, views: new Map() };
    const known = written.views.get(language);
    if (known) return known;
    const words = { language, t: translator(language, 'console') };
    const at = now();
    const view: View = {
      editions: of.editions.map((edition) => {
        const shown = liveEdition(edition, words, at);
        return { shown, text: JSON.stringify(shown) };
      }),
      relays: JSON.stringify(of.relays.map((relay) => liveRelay(relay, words))),
    };
    written.views.set(language, view);
    return view;
  }

  function tell(follower: Follower, of: Figures): void {
    const { res, scope, told } = follower;
    const view = viewIn(follower.language, of);
    const changed = view.editions.filter(
      ({ shown, text }) => inScope(scope, shown.newsletterId) && told.get(shown.id) !== text,
    );
    let message = '';
    for (const { shown, text } of changed) told.set(shown.id, text);
    if (changed.length > 0)
      message += `event: editions\ndata: [${changed.map(({ text }) => text).join(',')}]\n\n`;
    // the relays are of the whole newsroom
    if (scope === null && told.get('relays') !== view.relays) {
      told.set('relays', view.relays);
      message += `event: relays\ndata: ${view.relays}\n\n`;
    }
    const silent = performance.now() - follower.spokeAt > SILENT_MS;
    if (message === '' && !silent) return;
    follower.spokeAt = performance.now();
    // one that reads nothing is told everything anew when it comes again
    if (!res.write(message || ':\n\n') && res.writableLength > 1_000_000) follower.end();
  }

  async function check(): Promise<void> {
    const ids = [...new Set([...followers].map(({ session }) => session))];
    const operators = await operatorsOfSessions(db, ids);
    for (const follower of followers)
      if (operators.get(follower.session) !== follower.operator) follower.end();
  }

  function checkSoon(): void {
    checking ??= setTimeout(async () => {
      await check().catch((err) => log.debug({ err }, 'sessions that follow are not checked'));
      checking = undefined;
      if (followers.size > 0) checkSoon();
    }, SESSIONS_MS).unref();
  }

  const router = Router();
  router.get('/live', requireScopedRole('viewer'), async (req, res) => {
    const session = req.session?.id ?? '';
    const operator = (await operatorsOfSessions(db, [session])).get(session);
    if (operator === undefined) return res.status(204).end();
    res.set({
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      // nginx would keep events until its buffer is full
      'X-Accel-Buffering': 'no',
    });
    res.write(`retry: ${RECONNECT_MS}\n\n`);
    const follower: Follower = {
      session,
      operator,
      language: wordsFor(req, res).language,
      scope: scopeOf(res),
      res,
      told: new Map(),
      spokeAt: performance.now(),
      end: () => res.end(),
    };
    const unfollow = figures.follow((of) => tell(follower, of), follower.end);
    followers.add(follower);
    checkSoon();
    res.once('close', () => {
      unfollow();
      followers.delete(follower);
    });
    return undefined;
  });
  return router;
}

interface View {
  editions: { shown: LiveEdition; text: string }[];
  relays: string;
}
