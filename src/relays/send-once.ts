import type { Logger } from 'pino';
import { openRelay } from './relay.ts';
import type { RelaySettings } from './settings.ts';
import type { Answer, Outgoing } from './smtp/outgoing.ts';
import type { Timeouts } from './smtp/timeouts.ts';

/** Hands one message over, on a connection of its own that is closed after it. Always resolves. */
export async function sendOnce(
  settings: RelaySettings,
  outgoing: Outgoing,
  { log, timeouts }: { log: Logger; timeouts: Partial<Timeouts> },
): Promise<Answer> {
  const relay = openRelay({ ...settings, connections: 1 }, { log, timeouts });
  const answer = await relay.send(outgoing);
  await relay.close();
  return answer;
}
