import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** One message exactly as it came over the wire, dot-stuffed, without its final dot line. */
export interface Received {
  from: string;
  to: string;
  /** The MAIL command's parameters, as written. */
  parameters: string;
  bytes: Buffer;
  connection: number;
}

/** Where the sink may be told to do something else than accept. `dot` is the answer to a message. */
export type Step =
  | 'greeting'
  | 'ehlo'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'dot'
  | 'rset'
  | 'quit';

/**
 * What to do at a step: answer something else (`\n` separates lines of one reply), cut the
 * connection (before or after the answer; `taken`: having taken the message all the same), never answer, or answer when a promise is done.
 */
export type Reaction =
  | { reply: string }
  | { drop: true; reply?: string; taken?: true }
  | { silence: true }
  | { after: Promise<unknown>; reply?: string }
  | undefined;

export interface SinkOptions {
  /** Asked at every step with the command line; undefined means the ordinary answer. */
  react?: (step: Step, line: string, connection: number) => Reaction;
  /** EHLO lines; PIPELINING, SIZE and SMTPUTF8 unless said. */
  capabilities?: string[];
  /** Write answers a byte at a time. */
  bytewise?: boolean;
  tls?: { key: string; cert: string };
  /** The password that AUTH PLAIN accepts for any user. */
  password?: string;
}

/** A scriptable SMTP server that records exact bytes. */
export interface Sink {
  port: number;
  /** Messages whose final dot was read, also those that were refused or not answered. */
  received: Received[];
  /** Messages answered with 250. */
  accepted: Received[];
  /** Every command line in order, and `<message>` for each message read. */
  commands: string[];
  /** The chunks as the socket brought them: what was written together. */
  chunks: string[];
  /** Connections made so far, and those open now. */
  connections: number;
  open: Set<Socket>;
  options: SinkOptions;
  close(): Promise<void>;
}

/** Starts a sink on a free port of 127.0.0.1, unless told otherwise. */
export async function startSink(
  options: SinkOptions = {},
  port = 0,
  address = '127.0.0.1',
): Promise<Sink> {
  const server = createServer({ noDelay: true });
  const sink: Sink = {
    port: 0,
    received: [],
    accepted: [],
    commands: [],
    chunks: [],
    connections: 0,
    open: new Set(),
    options,
    close: () => closeServer(server, sink),
  };
  server.on('connection', (socket) => new Conversation(sink, socket, (sink.connections += 1)));
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  sink.port = (server.address() as AddressInfo).port;
  return sink;
}

function closeServer(server: Server, sink: Sink): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sink.open) socket.destroy();
  });
}

const END = Buffer.from('\r\n.\r\n');
const ANSWERS: Record<Step, string> = {
  greeting: '220 sink.test ESMTP',
  ehlo: '',
  auth: '235 2.7.0 welcome',
  mail: '250 2.1.0 sender ok',
  rcpt: '250 2.1.5 recipient ok',
  data: '354 go ahead',
  dot: '250 2.0.0 taken',
  rset: '250 2.0.0 reset',
  quit: '221 2.0.0 bye',
};

/** The server's side of one connection, one command after the other even when they come together. */
class Conversation {
  readonly #sink: Sink;
  readonly #number: number;
  #socket: Socket;
  #pending = Buffer.alloc(0);
  #inMail = false;
  #inData = false;
  #envelope = { from: '', to: '', parameters: '' };
  #turn: Promise<void>;

  constructor(sink: Sink, socket: Socket, number: number) {
    this.#sink = sink;
    this.#number = number;
    this.#socket = socket;
    sink.open.add(socket);
    socket.on('close', () => sink.open.delete(socket));
    socket.on('error', () => socket.destroy());
    this.#listen(socket);
    this.#turn = this.#answer('greeting', '').then(() => undefined);
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#sink.chunks.push(chunk.toString('latin1'));
      this.#pending = Buffer.concat([this.#pending, chunk]);
      this.#turn = this.#turn.then(() => this.#read());
    });
  }

  async #read(): Promise<void> {
    for (;;) {
      if (this.#inData) {
        const message = this.#takeMessage();
        if (!message) return;
        this.#inData = false;
        this.#sink.commands.push('<message>');
        this.#sink.received.push(message);
        this.#forget();
        await this.#answer('dot', message.to, message);
      } else {
        const end = this.#pending.indexOf('\n');
        if (end < 0) return;
        const line = this.#pending.toString('utf8', 0, end).replace(/\r$/, '');
        this.#pending = this.#pending.subarray(end + 1);
        this.#sink.commands.push(line);
        await this.#obey(line);
      }
      if (this.#socket.destroyed) return;
    }
  }

  #takeMessage(): Received | undefined {
    const lone = this.#pending.subarray(0, 3).toString('latin1') === '.\r\n';
    const end = lone ? 0 : this.#pending.indexOf(END);
    if (end < 0) return undefined;
    const bytes = Buffer.from(this.#pending.subarray(0, lone ? 0 : end + 2));
    this.#pending = this.#pending.subarray(lone ? 3 : end + END.length);
    return { ...this.#envelope, bytes, connection: this.#number };
  }

  async #obey(line: string): Promise<void> {
    const verb = line.slice(0, 4).toUpperCase();
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        await this.#answer('ehlo', line);
        return;
      case 'STAR':
        return this.#startTls();
      case 'AUTH':
        await this.#answer('auth', line);
        return;
      case 'MAIL': {
        const match = /^MAIL FROM:<(.*?)>(.*)$/i.exec(line);
        const envelope = { from: match?.[1] ?? '', to: '', parameters: match?.[2]?.trim() ?? '' };
        if ((await this.#answer('mail', line)) !== 250) return;
        this.#envelope = envelope;
        this.#inMail = true;
        return;
      }
      case 'RCPT': {
        const code = await this.#answer('rcpt', line);
        if (code === 250) this.#envelope.to = /<(.*)>/.exec(line)?.[1] ?? '';
        return;
      }
      case 'DATA':
        this.#inData = (await this.#answer('data', line)) === 354;
        return;
      case 'RSET':
        this.#forget();
        await this.#answer('rset', line);
        return;
      case 'QUIT':
        await this.#answer('quit', line);
        this.#socket.end();
        return;
      default:
        await this.#write('500 5.5.1 what?');
    }
  }

  #forget(): void {
    this.#envelope = { from: '', to: '', parameters: '' };
    this.#inMail = false;
  }

  async #startTls(): Promise<void> {
    const { tls } = this.#sink.options;
    if (!tls) return this.#write('454 4.7.0 no TLS here');
    await this.#write('220 2.0.0 go ahead');
    this.#socket.removeAllListeners('data');
    const secure = new TLSSocket(this.#socket, { isServer: true, ...tls });
    secure.on('error', () => secure.destroy());
    this.#socket = secure;
    this.#listen(secure);
  }

  /** Answers a step as scripted; resolves with the code that was written, 0 for none. */
  async #answer(step: Step, line: string, message?: Received): Promise<number> {
    const reaction = this.#sink.options.react?.(step, line, this.#number);
    if (reaction && 'silence' in reaction) {
      await new Promise((resolve) => this.#socket.once('close', resolve));
      return 0;
    }
    if (reaction && 'after' in reaction) await reaction.after;
    const reply =
      reaction?.reply ?? (reaction && 'drop' in reaction ? '' : this.#ordinary(step, line));
    const taken = reply.startsWith('2') || (reaction && 'drop' in reaction && reaction.taken);
    if (message && taken) this.#sink.accepted.push(message);
    if (reply) await this.#write(reply);
    if (reaction && 'drop' in reaction) this.#socket.destroy();
    return Number(reply.slice(0, 3));
  }

  #ordinary(step: Step, line: string): string {
    if (step === 'ehlo') {
      const {
        capabilities = ['PIPELINING', 'SIZE 1000000', 'SMTPUTF8'],
        tls,
        password,
      } = this.#sink.options;
      const lines = ['sink.test', ...capabilities];
      if (tls && !(this.#socket instanceof TLSSocket)) lines.push('STARTTLS');
      if (password !== undefined) lines.push('AUTH PLAIN');
      return `250 ${lines.join('\n')}`;
    }
    if (step === 'mail' && this.#inMail) return '503 5.5.1 nested MAIL';
    if ((step === 'rcpt' || step === 'data') && !this.#inMail) return '503 5.5.1 MAIL first';
    if (step === 'data' && this.#envelope.to === '') return '554 5.5.1 no valid recipients';
    if (step === 'auth') {
      const given = Buffer.from(line.split(' ')[2] ?? '', 'base64')
        .toString()
        .split('\u{0}')[2];
      if (given !== this.#sink.options.password) return '535 5.7.8 wrong password';
    }
    return ANSWERS[step];
  }

  /** Writes a reply; its lines after the first take the code of the first. */
  async #write(reply: string): Promise<void> {
    const code = reply.slice(0, 3);
    const lines = reply.slice(4).split('\n');
    const wire = lines
      .map((line, at) => `${code}${at < lines.length - 1 ? '-' : ' '}${line}\r\n`)
      .join('');
    if (this.#socket.destroyed) return;
    if (!this.#sink.options.bytewise) {
      this.#socket.write(wire);
      return;
    }
    for (const byte of Buffer.from(wire)) {
      this.#socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
