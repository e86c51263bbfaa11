import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { ownHelo } from '../helo.ts';
import type { RelaySettings } from '../settings.ts';
import type { Phase } from './outgoing.ts';
import { parseReply } from './reply.ts';
import type { Timeouts } from './timeouts.ts';

/** A connection that is greeted, encrypted where it can be, and logged in. */
export interface Opened {
  socket: Socket;
  capabilities: Capabilities;
  /** Absent where the session is in the clear. */
  tls?: {
    protocol: string;
    certificateOk: boolean;
    /** Why it is not, in OpenSSL's word. */
    certificateFault: string | null;
    /** When its certificate ends. */
    validTo: Date | null;
  };
}

/** What the relay said it can do, in its last EHLO. */
export interface Capabilities {
  pipelining: boolean;
  utf8: boolean;
  /** SIZE was offered; `largest` is 0 when it named no limit (RFC 1870). */
  size: boolean;
  largest: number;
  /** The name that it calls itself by in its EHLO reply. */
  name: string;
  /** The lines of the EHLO reply as they came. */
  lines: string[];
}

/** A relay could not be reached, would not greet us, or would not let us in. */
export class HandshakeError extends Error {
  override name = 'HandshakeError';
  readonly at: Phase;
  /** Set when the relay answered, absent when nothing came. */
  readonly code: number | undefined;
  readonly enhanced: string | undefined;
  /** The system's, TLS' or nodemailer's own word, such as ECONNREFUSED, CERT_HAS_EXPIRED or ETLS. */
  readonly reason: string | undefined;

  constructor(
    at: Phase,
    message: string,
    reason?: string,
    reply?: { code: number; enhanced?: string },
  ) {
    super(message);
    this.at = at;
    this.reason = reason;
    this.code = reply?.code;
    this.enhanced = reply?.enhanced;
  }
}

/** Told of each step that is done, for `doctor`. */
export type OnStep = (step: 'connect' | 'auth') => void;

/**
 * Connects, greets, starts TLS and logs in through nodemailer, then takes its socket over: from
 * then on nobody else reads from it. Certificates are checked wherever a password or the operator
 * asks for secrecy; a relay without either is used encrypted but unproven, as between mail servers,
 * since without STARTTLS it would be used in the clear. Rejects with HandshakeError.
 */
export function openSession(
  settings: RelaySettings,
  timeouts: Timeouts,
  onStep?: OnStep,
): { opened: Promise<Opened>; abandon(): void } {
  const proven = settings.secure || settings.requireTls || settings.auth !== undefined;
  const connection = new SMTPConnection({
    host: settings.host,
    port: settings.port,
    secure: settings.secure,
    requireTLS: settings.requireTls,
    ignoreTLS: settings.tlsOff === true,
    name: settings.helo ?? ownHelo(),
    connectionTimeout: timeouts.greeting,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.greeting,
    tls: { rejectUnauthorized: proven },
  });
  const opened = new Promise<Opened>((resolve, reject) => {
    let step: Phase = 'connect';
    const fail = (error: SMTPConnection.SMTPError | Error | null | undefined) => {
      if (step === 'connect' && connection.stage === 'connected') step = 'greeting';
      const mute = step === 'greeting' && !connection.lastServerResponse;
      const silence = mute && error && reasonOf(error) === 'ETIMEDOUT';
      const cause = silence ? new Error('no greeting came') : error;
      reject(handshakeError(step, cause ?? new Error('the connection was given up')));
      connection.close();
    };
    // Stays for good: nodemailer goes on to report what happens to the socket that is ours by then.
    connection.on('error', fail);
    connection.once('end', () => fail(new Error('the connection was closed')));
    connection.connect((error) => {
      if (error) return fail(error);
      onStep?.('connect');
      const capabilities = readCapabilities(connection.lastServerResponse || '');
      const takeOver = () => {
        const socket = connection._socket;
        if (!socket) return fail(new Error('the connection was closed'));
        socket.removeAllListeners('data');
        socket.setTimeout(0);
        resolve({ socket, capabilities, ...tlsOf(socket) });
      };
      if (!settings.auth) return takeOver();
      step = 'auth';
      if (!connection.allowsAuth) {
        return fail(new Error('the relay offers no log-in (AUTH) on this connection'));
      }
      connection.login({ ...settings.auth }, (loginError) => {
        if (loginError) return fail(loginError);
        onStep?.('auth');
        takeOver();
      });
    });
  });
  return { opened, abandon: () => connection.close() };
}

function tlsOf(socket: Socket): Pick<Opened, 'tls'> {
  if (!(socket instanceof TLSSocket)) return {};
  const { valid_to: end } = socket.getPeerCertificate();
  return {
    tls: {
      protocol: socket.getProtocol() ?? 'TLS',
      certificateOk: socket.authorized,
      certificateFault: socket.authorized ? null : String(socket.authorizationError ?? ''),
      validTo: end ? new Date(end) : null,
    },
  };
}

function handshakeError(at: Phase, error: SMTPConnection.SMTPError | Error): HandshakeError {
  const response = 'response' in error ? error.response : undefined;
  if (response && /^[45]\d\d/.test(response)) {
    const lines = response.split(/\r?\n/).map((line) => line.replace(/^\d{3}[ -]?/, ''));
    const reply = parseReply(Number(response.slice(0, 3)), lines);
    return new HandshakeError(at, reply.text, reasonOf(error), reply);
  }
  return new HandshakeError(at, readableWords(error.message), reasonOf(error));
}

/** OpenSSL's errors name files of its own source and end in a line break: only their words are for people. */
function readableWords(message: string): string {
  const words = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  return words ? `TLS: ${words}` : message.replaceAll(/\s+/g, ' ').trim();
}

function reasonOf(error: SMTPConnection.SMTPError | Error): string | undefined {
  const original = 'originalCode' in error ? error.originalCode : undefined;
  return original ?? ('code' in error ? error.code : undefined);
}

function readCapabilities(ehlo: string): Capabilities {
  const lines = ehlo.split(/\r?\n/).map((line) => line.replace(/^\d{3}[ -]?/, '').trim());
  const words = lines.slice(1).map((line) => line.toUpperCase().split(/\s+/));
  const size = words.find((word) => word[0] === 'SIZE');
  return {
    pipelining: words.some((word) => word[0] === 'PIPELINING'),
    utf8: words.some((word) => word[0] === 'SMTPUTF8'),
    size: size !== undefined,
    largest: Number(size?.[1]) || 0,
    name: lines[0]?.split(/\s/)[0] ?? '',
    lines: lines.slice(1),
  };
}
