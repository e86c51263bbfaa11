import type { Context } from '../../src/context.ts';
import { watchMailbox } from './mailbox.ts';
import { type Inbound, startInbound } from './server.ts';
import type { Turns } from './turns.ts';

/**
 * The inbound doors of this worker, where they are set: a mailbox that is watched, and a port. Of several workers on a machine the first has the port; should that one
 * end, another opens it at its next look.
 */
export function openInbound(context: Context, turns: Turns) {
  const { config, log } = context;
  let door: Inbound | undefined;
  const mailbox = config.inboundImap && watchMailbox(context, config.inboundImap, turns);
  let told = false;
  async function look(): Promise<void> {
    if (door || !config.inboundSmtp) return;
    try {
      door = await startInbound(context, config.inboundSmtp, turns);
      log.info({ port: door.port, domain: config.inboundDomain }, 'mail comes in');
    } catch (error) {
      if (!told)
        log.warn(
          { err: error, port: config.inboundSmtp.port },
          'the inbound door cannot be opened here',
        );
      told = true;
    }
  }
  return {
    tasks: config.inboundSmtp
      ? [{ name: 'inbound: open the door', everyMs: 15_000, run: look }]
      : [],
    async close() {
      const open = door;
      door = undefined;
      await Promise.all([open?.close(), mailbox?.close()]);
    },
  };
}
