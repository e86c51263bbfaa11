import type { Notice } from '../text/notice.ts';
import { advice } from './advice.ts';
import type { RelaySettings } from './settings.ts';
import { HandshakeError, openSession } from './smtp/handshake.ts';
import { TIMEOUTS } from './smtp/timeouts.ts';

/** What came of knocking at a relay, for `gaceta doctor`. */
export interface Probe {
  ok: boolean;
  /** The steps in order, up to the one that failed. */
  steps: { step: 'connect' | 'auth'; ok: boolean; detail: string }[];
  /** The lines of its EHLO reply; empty when it did not come so far. */
  capabilities: string[];
  /** The name that it calls itself by; empty when it did not come so far. */
  helo: string;
  /** `none`, or the protocol, e.g. TLSv1.3; undefined when it did not come so far. */
  tls?: string;
  /** Whether the relay's certificate was found good; undefined without TLS. */
  certificateOk?: boolean;
  /** Why it was not, in OpenSSL's word; and when it ends. */
  certificateFault?: string | null;
  validTo?: Date | null;
  /** What failed, in the relay's own words where it had some, and what to do about it. */
  error?: { step: 'connect' | 'auth'; reply: string; code?: number; fix: Notice };
}

/** How long doctor waits for a relay. */
const PATIENCE = 20_000;

/** Connects, says EHLO, starts TLS and logs in as sending would, then leaves. Never rejects. */
export async function probeRelay(settings: RelaySettings): Promise<Probe> {
  const steps: Probe['steps'] = [];
  const timeouts = { ...TIMEOUTS, greeting: PATIENCE, command: PATIENCE };
  try {
    const { opened } = openSession(settings, timeouts, (step) =>
      steps.push({ step, ok: true, detail: described(step, settings) }),
    );
    const { socket, capabilities, tls } = await opened;
    socket.end('QUIT\r\n');
    return {
      ok: true,
      steps,
      capabilities: capabilities.lines,
      tls: tls?.protocol ?? 'none',
      helo: capabilities.name,
      ...(tls && {
        certificateOk: tls.certificateOk,
        certificateFault: tls.certificateFault,
        validTo: tls.validTo,
      }),
    };
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    const step = error.at === 'auth' ? 'auth' : 'connect';
    steps.push({ step, ok: false, detail: error.message });
    return {
      ok: false,
      steps,
      capabilities: [],
      helo: '',
      error: {
        step,
        reply: error.message,
        ...(error.code !== undefined && { code: error.code }),
        fix: advice(error, settings),
      },
    };
  }
}

function described(step: 'connect' | 'auth', { host, port, auth }: RelaySettings): string {
  return step === 'auth' ? `logged in as ${auth?.user}` : `connected to ${host}:${port}`;
}
