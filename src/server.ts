import { once } from 'node:events';
import { createServer } from 'node:http';
import { createApp } from './app.ts';
import type { Context } from './context.ts';
import { CannotListen } from './process/cannot-listen.ts';

/** The web process: listens on HOST:PORT until `close`, which lets open requests finish. */
export async function startServer(
  context: Context,
): Promise<{ port: number; close(): Promise<void> }> {
  const { host, port } = context.config;
  const server = createServer(createApp(context));
  // an idle keep-alive connection may not hold a stop
  server.keepAliveTimeout = 5_000;
  server.headersTimeout = 20_000;
  // Bodies have a minute (slow-bodies.ts); this is for a long import, which is received as fast as it is stored.
  server.requestTimeout = 60 * 60_000;
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
