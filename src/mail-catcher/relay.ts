import { once } from 'node:events';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import type { Store } from './store.ts';

/** Larger messages are refused, as most providers do. */
const LARGEST = 30 * 1024 * 1024;

/** The mailbox's SMTP door. */
export interface Relay {
  port: number;
  close(): Promise<void>;
}

/** An SMTP server on loopback that stores what it is given and says 250 only when it is stored. */
export async function startRelay(
  port: number,
  store: Store,
  onFailure: (error: Error) => void,
): Promise<Relay> {
  const server = new SMTPServer({
    name: 'localhost',
    banner: 'Gaceta mailbox: nothing leaves this machine',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: LARGEST,
    socketTimeout: 10 * 60_000, // a sender keeps its connections between two editions
    closeTimeout: 1_000,
    onData(stream, { envelope }, done) {
      const from = envelope.mailFrom ? envelope.mailFrom.address : '';
      const to = envelope.rcptTo.map(({ address }) => address);
      readWhole(stream)
        .then((message) => store.add(message, { from, to }))
        .then(
          ({ id }) => done(null, `stored as ${id}`),
          (error: Error) => {
            if (!(error instanceof Refusal)) onFailure(error);
            done(
              error instanceof Refusal ? error : new Refusal(452, `not stored: ${error.message}`),
            );
          },
        );
    },
  });
  server.on('error', onFailure);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return {
    port: address.port,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

/** What the sender is told instead of 250. */
class Refusal extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

async function readWhole(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (!stream.sizeExceeded) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (stream.sizeExceeded) throw new Refusal(552, `larger than ${LARGEST} bytes`);
  return Buffer.concat(chunks);
}
