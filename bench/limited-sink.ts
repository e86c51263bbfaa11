import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What a relay or the receivers behind it allow. */
export interface Limits {
  /** Recipients a second; more are refused with 450. */
  perSecond?: number;
  /** Messages a connection; then this is said: 421 at MAIL and the connection ends, or 452 at RCPT. */
  perConnection?: { messages: number; says: 421 | 452 };
}

/** An SMTP server in this process that keeps to its limits and remembers when it took what. */
export interface LimitedSink {
  port: number;
  /** In the order in which they were taken; `at` is `performance.now()`. */
  taken: { to: string; at: number }[];
  /** Says nothing more, on any connection old or new, until the function that it returns is called. */
  silence(): () => void;
  close(): Promise<void>;
}

/** Opens it on a free port of loopback. */
export async function openLimitedSink(limits: Limits = {}): Promise<LimitedSink> {
  const sockets = new Set<Socket>();
  const taken: LimitedSink['taken'] = [];
  const relay: Relay = { limits, allows: bucketOf(limits.perSecond), taken, silent: undefined };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new Conversation(socket, relay);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    silence() {
      const over = Promise.withResolvers<void>();
      relay.silent = over.promise;
      return () => {
        relay.silent = undefined;
        over.resolve();
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Relay {
  limits: Limits;
  allows(): boolean;
  taken: LimitedSink['taken'];
  silent: Promise<void> | undefined;
}

/** A bucket that holds a second's worth. */
function bucketOf(perSecond = Number.POSITIVE_INFINITY): () => boolean {
  let [left, since] = [perSecond, performance.now()];
  return () => {
    const now = performance.now();
    left = Math.min(perSecond, left + ((now - since) / 1_000) * perSecond);
    since = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

const END = '\r\n.\r\n';

class Conversation {
  readonly #socket: Socket;
  readonly #relay: Relay;
  #pending = '';
  #to = '';
  #inData = false;
  #messages = 0;
  #turn: Promise<void>;

  constructor(socket: Socket, relay: Relay) {
    this.#socket = socket;
    this.#relay = relay;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#pending += chunk.toString('latin1');
      this.#turn = this.#turn.then(() => this.#read());
    });
    this.#turn = this.#say('220 limited.test ESMTP');
  }

  async #read(): Promise<void> {
    while (!this.#socket.destroyed) {
      const at = this.#pending.indexOf(this.#inData ? END : '\n');
      if (at < 0) return;
      const line = this.#pending.slice(0, at).trimEnd();
      this.#pending = this.#pending.slice(at + (this.#inData ? END.length : 1));
      await (this.#inData ? this.#take() : this.#obey(line));
    }
  }

  async #obey(line: string): Promise<void> {
    const { limits, allows } = this.#relay;
    const full = this.#messages >= (limits.perConnection?.messages ?? Number.POSITIVE_INFINITY);
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return this.#say('250-limited.test\r\n250-PIPELINING\r\n250-SIZE 50000000\r\n250 SMTPUTF8');
      case 'MAIL':
        this.#to = '';
        if (!full || limits.perConnection?.says !== 421) return this.#say('250 2.1.0 ok');
        await this.#say('421 4.7.0 too many messages on this connection');
        this.#socket.end();
        return;
      case 'RCPT':
        if (full) return this.#say('452 4.5.3 too many recipients');
        if (!allows()) return this.#say('450 4.7.28 too many messages from you, try again later');
        this.#to = /<(.*)>/.exec(line)?.[1] ?? '';
        return this.#say('250 2.1.5 ok');
      case 'DATA':
        if (this.#to === '') return this.#say('554 5.5.1 no valid recipients');
        this.#inData = true;
        return this.#say('354 go ahead');
      case 'QUIT':
        await this.#say('221 2.0.0 bye');
        this.#socket.end();
        return;
      default:
        return this.#say('250 2.0.0 ok');
    }
  }

  #take(): Promise<void> {
    this.#inData = false;
    this.#messages += 1;
    this.#relay.taken.push({ to: this.#to, at: performance.now() });
    return this.#say('250 2.0.0 taken');
  }

  async #say(reply: string): Promise<void> {
    while (this.#relay.silent) await this.#relay.silent;
    if (!this.#socket.destroyed) this.#socket.write(`${reply}\r\n`);
  }
}
