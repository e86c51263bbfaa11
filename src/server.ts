import { once } from 'node:events';
import { createServer } from 'node:http';
import { createApp } from './app.ts';
import type { Context } from './context.ts';

/** PORT is taken, or HOST is not an address of this machine. */
export class CannotListen extends Error {
  constructor(host: string, port: number, why: string) {
    super(`Cannot listen on ${host}:${port} (${why}): set PORT (and HOST) to a free address.`);
    this.name = 'CannotListen';
  }
}

/** The web process: listens on HOST:PORT until `close`, which lets open requests finish. */
export async function startServer(
  context: Context,
): Promise<{ port: number; close(): Promise<void> }> {
  const { host, port } = context.config;
  const server = createServer(createApp(context));
  // an idle keep-alive connection may not hold a stop; a slow sender may not hold a connection for ever, but
  // an import is received as fast as its lines are stored
  server.keepAliveTimeout = 5_000;
  server.requestTimeout = 30 * 60_000;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new CannotListen(host, port, (error as Error).message);
  }
  const address = server.address();
  return {
    port: address && typeof address === 'object' ? address.port : port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}
