import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import { type Context, openContext } from '../../../src/context.ts';
import { ensureFirstNewsletter } from '../../../src/newsletters/newsletters.ts';
import { openLog } from '../../../src/process/log.ts';
import { freshDatabase } from '../../harness/database.ts';

export interface Answer {
  status: number;
  location: string | undefined;
  headers: IncomingMessage['headers'];
  text: string;
}

/** A browser of one person: keeps its cookie, says that its forms come from the same origin. */
export interface Browser {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(
    path: string,
    form: Record<string, string> | [string, string][],
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** All its cookies, as it sends them. */
  cookie: string;
}

export interface Console {
  context: Context;
  base: string;
  browser(): Browser;
}

/** A database of its own with the first newsletter, and the whole app on loopback. */
export async function openConsole(
  variables: Record<string, string> = {},
  databaseUrl?: string,
): Promise<Console> {
  const config = loadConfig({ LOG_LEVEL: 'silent', ...variables });
  const context = await openContext(
    config,
    databaseUrl ?? (await freshDatabase()),
    openLog('silent', 'test'),
  );
  await ensureFirstNewsletter(context.db);
  const server = createServer(createApp(context));
  // a port of its own only where PUBLIC_URL has to name it
  server.listen(Number(variables.PORT ?? 0), '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await context.close();
  });
  return { context, base, browser: () => newBrowser(base) };
}

function newBrowser(base: string): Browser {
  const jar = new Map<string, string>();
  const keep = (pair: string) => {
    const [name = '', value = ''] = pair.trim().split('=');
    if (value === '') jar.delete(name);
    else jar.set(name, value);
  };
  async function send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answer> {
    const req = request(`${base}${path}`, {
      method,
      headers: { ...(jar.size > 0 ? { Cookie: browser.cookie } : {}), ...headers },
    });
    req.end(body);
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    for (const set of res.headers['set-cookie'] ?? []) keep(set.split(';')[0] ?? '');
    let text = '';
    for await (const chunk of res.setEncoding('utf8')) text += chunk;
    return {
      status: res.statusCode ?? 0,
      location: res.headers.location,
      headers: res.headers,
      text,
    };
  }
  const browser: Browser = {
    get cookie() {
      return [...jar].map((pair) => pair.join('=')).join('; ');
    },
    set cookie(header) {
      jar.clear();
      for (const pair of header.split(';')) keep(pair);
    },
    get: (path, headers = {}) => send('GET', path, headers),
    post: (path, form, headers = { 'Sec-Fetch-Site': 'same-origin' }) =>
      send(
        'POST',
        path,
        { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        new URLSearchParams(form).toString(),
      ),
  };
  return browser;
}
