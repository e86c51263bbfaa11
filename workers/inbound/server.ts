import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions } from 'smtp-server';
import { findInboundAddress } from '../../src/bounces/reply-address.ts';
import type { Config } from '../../src/config.ts';
import type { Context } from '../../src/context.ts';
import { takeMessage } from './take.ts';
import type { Turns } from './turns.ts';

/** A report carries the message that it is about. */
export const LARGEST = 5 * 1024 * 1024;
const MOST_CLIENTS = 50;
const SILENCE_MS = 60_000;
/** A relay that brings several messages has done so long before; who sends a byte a minute has not. */
const LONGEST_MS = 10 * 60_000;
const MOST_OF_ONE_CLIENT = 20;
const MOST_RECIPIENTS = 100;
/** Whoever tries more addresses that are not ours is guessing. */
const MOST_REFUSED = 20;

export interface Inbound {
  port: number;
  close(): Promise<void>;
}

/**
 * Opens the door where mail comes in: bounces, complaints, mailed unsubscribing and replies, for addresses of ours alone. A
 * message is answered 250 once what follows from it is committed. A connection lasts `longestMs` at most. Throws where the port
 * cannot be opened.
 */
export async function startInbound(
  context: Context,
  { port, tls, proxy }: NonNullable<Config['inboundSmtp']>,
  turns: Turns,
  longestMs = LONGEST_MS,
): Promise<Inbound> {
  const domain = context.config.inboundDomain ?? '';
  const addressOf = ({ address }: { address: string }) =>
    findInboundAddress(context.db, address, domain, context.tokens);
  const sessions = new Map<string, { client: string; refused: number; ending: NodeJS.Timeout }>();
  const ofClient = (address: string) =>
    [...sessions.values()].filter(({ client }) => client === address).length;
  const server = new SMTPServer({
    name: domain,
    banner: 'Gaceta',
    authOptional: true,
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    ...(tls && { key: readFileSync(tls.key), cert: readFileSync(tls.cert) }),
    useProxy: proxy,
    disableReverseLookup: true,
    logger: false,
    size: LARGEST,
    maxClients: MOST_CLIENTS,
    socketTimeout: SILENCE_MS,
    closeTimeout: 5_000,
    maxRecipients: MOST_RECIPIENTS,
    onConnect({ id, remoteAddress }, done) {
      if (ofClient(remoteAddress) >= MOST_OF_ONE_CLIENT)
        return done(refusal(421, '4.7.0 too many connections from there'));
      const ending = setTimeout(() => {
        for (const connection of server.connections)
          if (connection.id === id) connection.send(421, '4.4.2 this takes too long');
      }, longestMs);
      sessions.set(id, { client: remoteAddress, refused: 0, ending });
      done();
    },
    onClose({ id }) {
      clearTimeout(sessions.get(id)?.ending);
      sessions.delete(id);
    },
    onRcptTo(address, { id }, done) {
      const session = sessions.get(id);
      if ((session?.refused ?? 0) >= MOST_REFUSED)
        return done(refusal(421, '4.7.0 too many addresses that are not here'));
      addressOf(address).then(
        (found) => {
          if (!found && session) session.refused += 1;
          done(found ? null : refusal(550, '5.1.1 no such address here'));
        },
        (error: Error) => {
          context.log.error({ err: error }, 'an address that mail came to could not be looked up');
          done(refusal(451, '4.3.0 try again later'));
        },
      );
    },
    onData(stream, { envelope }, done) {
      const sender = envelope.mailFrom ? envelope.mailFrom.address : '';
      read(stream)
        .then(async (bytes) => {
          const found = await Promise.all(envelope.rcptTo.map(addressOf));
          const addresses = found.filter((one) => one !== undefined);
          const incoming = { bytes, source: 'smtp', sender };
          await turns.take(() => takeMessage(context, addresses, incoming));
        })
        .then(
          () => done(null, 'taken'),
          (error: Error) => {
            if (error instanceof Refusal) return done(error);
            context.log.error({ err: error }, 'a message that came in could not be taken');
            return done(refusal(451, '4.3.0 not taken: try again later'));
          },
        );
    },
  } satisfies SMTPServerOptions);
  server.on('error', (error) => context.log.warn({ err: error }, 'the inbound door'));
  server.listen(port);
  await once(server.server, 'listening');
  const bound = server.server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

class Refusal extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

const refusal = (code: number, message: string) => new Refusal(code, message);

async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (!stream.sizeExceeded) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (stream.sizeExceeded) throw refusal(552, `5.3.4 larger than ${LARGEST} bytes`);
  return Buffer.concat(chunks);
}
