import { once } from 'node:events';
import { createServer } from 'node:http';
import { lookForAttention } from './actions/attention/look.ts';
import { openSendingWatch } from './actions/watch-sending.ts';
import { sendAlerts } from './alerts/send.ts';
import { createApp } from './app.ts';
import type { Context } from './context.ts';
import { LiveFigures } from './http/console/live/figures.ts';
import { CannotListen } from './process/cannot-listen.ts';
import { runTasks } from './process/clock.ts';

/** The web process: listens on HOST:PORT until `close`, which lets open requests finish. */
export async function startServer(
  context: Context,
): Promise<{ port: number; close(): Promise<void> }> {
  const { host, port } = context.config;
  const sending = openSendingWatch(context);
  const figures = new LiveFigures(context);
  const server = createServer(createApp(context, sending, figures));
  // an idle keep-alive connection may not hold a stop
  server.keepAliveTimeout = 5_000;
  server.headersTimeout = 20_000;
  // Bodies have a minute (slow-bodies.ts); this is for a large file of readers on a slow line.
  server.requestTimeout = 60 * 60_000;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new CannotListen(host, port, (error as Error).message);
  }
  // Where no worker is alive nobody else would say so.
  const clock = runTasks(context.log, [
    {
      name: 'deliveries: see what stands still',
      everyMs: context.timings.housekeeping.watchMs,
      run: sending.look,
    },
    {
      name: 'attention: see what needs a person',
      everyMs: context.timings.attention.lookMs,
      run: () => lookForAttention(context),
    },
    {
      name: 'attention: tell those who want to know',
      everyMs: context.timings.attention.lookMs,
      run: () => sendAlerts(context),
    },
    {
      name: 'imports: go on with those whose process is gone',
      everyMs: context.timings.attention.lookMs,
      run: context.imports.look,
    },
    {
      // also here: a worker may be on another machine than the files
      name: 'imports: end what nobody goes on with',
      everyMs: 600_000,
      run: context.imports.tidy,
    },
  ]);
  const address = server.address();
  return {
    port: address && typeof address === 'object' ? address.port : port,
    async close() {
      await clock.stop();
      const closed = once(server, 'close');
      server.close();
      figures.close();
      server.closeIdleConnections();
      await Promise.all([closed, context.imports.stop()]);
    },
  };
}
