import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import { type Context, openContext } from '../../../src/context.ts';
import { ensureFirstNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createApiToken } from '../../../src/operators/api-tokens.ts';
import { openLog } from '../../../src/process/log.ts';
import { freshDatabase } from '../../harness/database.ts';

type Role = 'admin' | 'editor' | 'sender' | 'viewer';

export interface Api {
  context: Context;
  base: string;
  token: Record<Role, string>;
  /** Calls /api/v1 with a token of `role`; `body` goes as JSON unless it is a string. */
  call(method: string, path: string, body?: unknown, more?: CallOptions): Promise<ApiAnswer>;
}
interface CallOptions {
  role?: Role;
  headers?: Record<string, string>;
}
export interface ApiAnswer {
  status: number;
  headers: Headers;
  body: ReturnType<typeof JSON.parse>;
}

/** A database of its own with the first newsletter, the whole app on loopback, and a token of every role. */
export async function openApi(variables: Record<string, string> = {}): Promise<Api> {
  const config = loadConfig({ LOG_LEVEL: 'silent', ...variables });
  const context = await openContext(config, await freshDatabase(), openLog('silent', 'test'));
  await ensureFirstNewsletter(context.db);
  const server = createServer(createApp(context));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = {} as Record<Role, string>;
  for (const role of ['admin', 'editor', 'sender', 'viewer'] as const)
    token[role] = (await createApiToken(context.db, { name: role, role })).token;
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await context.close();
  });
  return {
    context,
    base,
    token,
    async call(method, path, body, { role = 'admin', headers = {} } = {}) {
      const res = await fetch(`${base}/api/v1${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token[role]}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await res.text();
      const json = /json/.test(res.headers.get('content-type') ?? '');
      return {
        status: res.status,
        headers: res.headers,
        body: json ? JSON.parse(text) : text,
      };
    },
  };
}
