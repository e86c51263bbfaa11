import { pino } from 'pino';
import { openRelay, type Relay, type RelayOptions } from '../../src/relays/relay.ts';
import type { RelaySettings } from '../../src/relays/settings.ts';
import { type Sink, type SinkOptions, startSink } from './sink.ts';

/** Settings for a sink: no TLS, no log-in, one connection, unless given otherwise. */
export function settingsFor(
  sink: Pick<Sink, 'port'>,
  given: Partial<RelaySettings> = {},
): RelaySettings {
  return {
    name: 'sink',
    host: '127.0.0.1',
    port: sink.port,
    secure: false,
    requireTls: false,
    connections: 1,
    weight: 1,
    ...given,
  };
}

/** A sink and a relay that sends to it; both end with the test's `await using`. */
export async function sinkAndRelay(
  sinkOptions: SinkOptions = {},
  given: Partial<RelaySettings> = {},
  options: Partial<RelayOptions> = {},
): Promise<{ sink: Sink; relay: Relay } & AsyncDisposable> {
  const sink = await startSink(sinkOptions);
  const relay = openRelay(settingsFor(sink, given), { log: pino({ level: 'silent' }), ...options });
  return {
    sink,
    relay,
    async [Symbol.asyncDispose]() {
      relay.destroyUnfinished();
      await sink.close();
      await relay.close();
    },
  };
}
