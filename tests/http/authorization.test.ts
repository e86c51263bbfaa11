import { beforeAll, describe, expect, it } from 'vitest';
import { openSealing } from '../../src/database/sealing.ts';
import type { Role } from '../../src/database/tables.ts';
import { addFeed } from '../../src/feeds/feeds.ts';
import { apiRoutes } from '../../src/http/api/routes.ts';
import { LiveFigures } from '../../src/http/console/live/figures.ts';
import { consoleRoutes } from '../../src/http/console/routes.ts';
import { type RuledRoute, routesOf } from '../../src/http/middleware/roles.ts';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { createOperator } from '../../src/operators/accounts.ts';
import { createApiToken } from '../../src/operators/api-tokens.ts';
import { readBinding } from '../../src/operators/bindings.ts';
import { mayAct, roles, tokenRoles } from '../../src/operators/roles.ts';
import { addWebhook } from '../../src/webhooks/webhooks.ts';
import { addArticle, addReaders } from './api/fixtures.ts';
import { openConsole } from './console/harness.ts';

/** Stands in all that is of the newsletter `daily`: who is bound to another never reads it. */
const MARK = 'Harbourmark';
const password = 'correct horse battery';
type Binding = 'whole' | 'theirs' | 'other';

describe('who may do what, route by route', async () => {
  const { context, base, browser } = await openConsole();
  const { db } = context;
  const api = [...routesOf(apiRoutes(context))].filter(({ rule }) => rule);
  const figures = new LiveFigures(context);
  const desk = [...routesOf(consoleRoutes(context, figures))];
  const tokens = new Map<string, string>();
  const cookies = new Map<string, string>();
  const things: Record<string, string> = {
    slug: 'daily',
    externalId: 'post-4711',
    name: 'x',
    attempt: '1',
  };
  let before = '';

  beforeAll(async () => {
    const sections = [{ slug: 'news', title: 'Scores' }];
    await db.updateTable('newsletters').set({ title: MARK }).execute();
    await createNewsletter(db, { slug: 'sports', title: 'Sports', sections });
    await addReaders(db, 3);
    await db.updateTable('subscribers').set({ name: MARK }).execute();
    things['article'] = await addArticle(db, { title: `${MARK} bridge` });
    await db.updateTable('articles').set({ externalId: 'post-4711' }).execute();
    const url = `https://${MARK}.example.org/feed.xml`;
    things['feed'] = (await addFeed(db, { newsletter: 'daily', url }, new Date())).id;
    const daily = await readBinding(db, ['daily']);
    const sports = await readBinding(db, ['sports']);
    things['webhook'] = (
      await addWebhook(
        db,
        openSealing(['a secret']),
        { url: `https://${MARK}.example.org/`, events: ['changed'] },
        daily,
      )
    ).id;
    for (const role of roles)
      for (const [binding, boundTo] of [
        ['whole', null],
        ['theirs', daily],
        ['other', sports],
      ] as const) {
        const who = `${role} ${binding}`;
        const token = tokenRoles.find((one) => one === role);
        if (token)
          tokens.set(who, (await createApiToken(db, { name: who, role: token, boundTo })).token);
        if (role === 'owner' && boundTo) continue;
        const email = `${role}.${binding}@example.org`;
        const { id } = await createOperator(db, { email, password, role, boundTo });
        if (who === 'viewer theirs') things['operator'] = id;
        const person = browser();
        await person.post('/console/sign-in', { email, password });
        cookies.set(who, person.cookie);
      }
    const composed = await ask('POST', '/api/v1/editions', 'admin whole', { newsletter: 'daily' });
    const { id } = (await composed.json()) as { id: string };
    things['edition'] = id;
    things['subscriber'] = (
      await db.selectFrom('subscribers').select('id').executeTakeFirstOrThrow()
    ).id;
    before = await ofDaily();
  });

  /** All that is of `daily`, to see that nothing of it was changed. */
  async function ofDaily(): Promise<string> {
    const { newsletters, editions, feeds, articles, subscribers, subscriptions } = {
      newsletters: await db.selectFrom('newsletters').selectAll().orderBy('id').execute(),
      editions: await db.selectFrom('editions').select(['id', 'state', 'subject']).execute(),
      feeds: await db.selectFrom('feeds').select(['id', 'url', 'state']).execute(),
      articles: await db.selectFrom('articles').select(['id', 'title', 'deletedAt']).execute(),
      subscribers: await db.selectFrom('subscribers').select(['id', 'email', 'name']).execute(),
      subscriptions: await db
        .selectFrom('subscriptions')
        .select(['subscriberId', 'state'])
        .execute(),
    };
    return JSON.stringify({ newsletters, editions, feeds, articles, subscribers, subscriptions });
  }

  function ask(method: string, path: string, who: string, body?: object): Promise<Response> {
    const isApi = path.startsWith('/api/');
    const token = tokens.get(who);
    const headers: Record<string, string> = isApi
      ? token
        ? { Authorization: `Bearer ${token}` }
        : {}
      : { Cookie: cookies.get(who) ?? '', 'Sec-Fetch-Site': 'same-origin', Accept: 'text/html' };
    const sent = method === 'GET' ? undefined : JSON.stringify(body ?? {});
    return fetch(`${base}${path}`, {
      method: method === 'ALL' ? 'OPTIONS' : method,
      redirect: 'manual',
      headers: { ...headers, ...(sent && isApi ? { 'Content-Type': 'application/json' } : {}) },
      ...(sent && isApi ? { body: sent } : {}),
    });
  }

  /** The status and the words of an answer; of one that never ends its status alone. */
  async function answerOf(res: Response): Promise<{ status: number; text: string }> {
    const endless = res.headers.get('content-type')?.includes('event-stream');
    if (endless) await res.body?.cancel();
    return { status: res.status, text: endless ? '' : await res.text() };
  }

  // `/editions/:id/send` of the one thing of that kind that is there
  function addressOf(path: string): string {
    const [, noun = ''] = /^\/(?:settings\/)?([a-z]+)/.exec(path) ?? [];
    const kinds: Record<string, string> = {
      articles: 'article',
      editions: 'edition',
      feeds: 'feed',
      readers: 'subscriber',
      subscribers: 'subscriber',
      operators: 'operator',
      people: 'operator',
      webhooks: 'webhook',
    };
    return path
      .replaceAll(/\{\/\*\w+\}/g, '')
      .replaceAll(/:(\w+)/g, (_, name: string) =>
        name === 'id' ? (things[kinds[noun] ?? ''] ?? '1') : (things[name] ?? '1'),
      );
  }

  const each = (prefix: string, routes: RuledRoute[]) =>
    routes.map(({ method, path, rule }) => ({
      method,
      path: `${prefix}${path === '/' ? '' : path}`,
      address: () => `${prefix}${addressOf(path)}`,
      least: rule?.least ?? null,
      reach: rule?.reach ?? 'open',
    }));
  const walked = [...each('/api/v1', api), ...each('/console', desk)].filter(
    ({ least }) => least !== null,
  );
  const who = (path: string) => (path.startsWith('/api/') ? tokenRoles : roles);

  it('knows every route of both', () => {
    expect(walked.filter(({ path }) => path.startsWith('/api/')).length).toBeGreaterThan(80);
    expect(walked.filter(({ path }) => path.startsWith('/console')).length).toBeGreaterThan(60);
  });

  it.each(walked)('$method $path is for $least and those above, of the $reach', async (route) => {
    const { method, path, least, reach } = route;
    const at = route.address();
    const isPage = !path.startsWith('/api/');
    const nobody = await answerOf(await ask(method, at, 'nobody'));
    expect([303, 401]).toContain(nobody.status);
    expect(nobody.text).not.toContain(MARK);
    for (const role of who(path) as readonly Role[]) {
      const may = mayAct(role, least ?? 'viewer');
      for (const binding of ['whole', 'theirs', 'other'] as Binding[]) {
        if (isPage && role === 'owner' && binding !== 'whole') continue;
        // what is allowed is only looked at: the walk itself changes nothing
        const refused = !may || (binding !== 'whole' && reach === 'newsroom');
        const outside = binding === 'other' && reach !== 'newsroom';
        const isRead = method === 'GET' || method === 'ALL';
        if (!refused && !outside && !isRead) continue;
        const { status, text } = await answerOf(await ask(method, at, `${role} ${binding}`));
        const told = `${role}, ${binding}: ${status} ${text.slice(0, 200)}`;
        if (refused) expect(status, told).toBe(403);
        else if (outside && reach === 'newsletter') expect(status, told).toBe(404);
        else if (!outside) expect([401, 403], told).not.toContain(status);
        if (refused || outside) expect(text.includes(MARK), told).toBe(false);
        expect(status, told).toBeLessThan(500);
      }
    }
  });

  it('changed nothing of what it may not', async () => {
    expect(await ofDaily()).toBe(before);
  });
});
