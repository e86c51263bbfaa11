import type { Context } from '../../src/context.ts';
import { type Inbound, startInbound } from './server.ts';

/**
 * The inbound door of this worker, where one is set. Of several workers on a machine the first has it; should that one
 * end, another opens it at its next look.
 */
export function openInbound(context: Context) {
  const { config, log } = context;
  let door: Inbound | undefined;
  let told = false;
  async function look(): Promise<void> {
    if (door || !config.inboundSmtp) return;
    try {
      door = await startInbound(context, config.inboundSmtp);
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
      await open?.close();
    },
  };
}
