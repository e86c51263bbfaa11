import { openSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { z } from 'zod';

/**
 * An SMTP server in a process of its own that writes every message it takes into a file before it says 250, and
 * can be told to fail in all the ways relays do. `node bench/recording-sink.ts '{"port":2525,"file":"/tmp/taken"}'`
 *
 * A line of the file: what happened (`taken`, or `refused` at RCPT), the recipient, the Message-ID.
 */
const options = z
  .object({
    port: z.number(),
    file: z.string(),
    /** How often, of a thousand messages, each fault comes. */
    faults: z.record(z.string(), z.number()).default({}),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const record = openSync(options.file, 'a');
const END = Buffer.from('\r\n.\r\n');

/** Draws a fault for this step of this message. */
function fault(name: string): boolean {
  const often = options.faults[name] ?? 0;
  return often > 0 && Math.random() * 1_000 < often;
}

class Conversation {
  readonly #socket: Socket;
  #pending: Buffer[] = [];
  #length = 0;
  #inData = false;
  #to = '';
  #busy = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#pending.push(chunk);
      this.#length += chunk.length;
      if (!this.#busy) void this.#read();
    });
    socket.write('220 sink.test ESMTP\r\n');
  }

  async #read(): Promise<void> {
    this.#busy = true;
    while (!this.#socket.destroyed) {
      const whole =
        this.#pending.length === 1 ? this.#pending[0] : Buffer.concat(this.#pending, this.#length);
      if (!whole) break;
      const end = this.#inData ? this.#endOfMessage(whole) : whole.indexOf('\n') + 1;
      if (end <= 0) {
        this.#pending = [whole];
        break;
      }
      const rest = whole.subarray(end);
      this.#pending = rest.length > 0 ? [rest] : [];
      this.#length = rest.length;
      if (this.#inData) await this.#take(whole.subarray(0, end));
      else this.#obey(whole.toString('utf8', 0, end).trimEnd());
    }
    this.#busy = false;
  }

  #endOfMessage(bytes: Buffer): number {
    if (bytes.length >= 3 && bytes.toString('latin1', 0, 3) === '.\r\n') return 3;
    const at = bytes.indexOf(END);
    return at < 0 ? 0 : at + END.length;
  }

  #obey(line: string): void {
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return this.#say('250-sink.test\r\n250-PIPELINING\r\n250-SIZE 50000000\r\n250 SMTPUTF8');
      case 'MAIL':
        this.#to = '';
        if (fault('drop')) return void this.#socket.destroy();
        if (fault('421')) {
          this.#say('421 4.3.2 closing, try again');
          return void this.#socket.end();
        }
        return this.#say('250 2.1.0 ok');
      case 'RCPT': {
        const to = /<(.*)>/.exec(line)?.[1] ?? '';
        if (fault('450')) return this.#say('450 4.2.0 later');
        if (fault('550')) {
          writeSync(record, `refused ${to} -\n`);
          return this.#say('550 5.1.1 no such user');
        }
        this.#to = to;
        return this.#say('250 2.1.5 ok');
      }
      case 'DATA':
        if (this.#to === '') return this.#say('554 5.5.1 no valid recipients');
        this.#inData = true;
        return this.#say('354 go ahead');
      case 'RSET':
        this.#to = '';
        return this.#say('250 2.0.0 ok');
      case 'QUIT':
        this.#say('221 2.0.0 bye');
        return void this.#socket.end();
      default:
        return this.#say('500 5.5.1 what?');
    }
  }

  async #take(message: Buffer): Promise<void> {
    this.#inData = false;
    if (fault('dropInData')) return void this.#socket.destroy();
    if (fault('451')) return this.#say('451 4.3.0 later');
    if (fault('slow')) await new Promise((resolve) => setTimeout(resolve, 300));
    const id = /^message-id: *(\S+)/im.exec(message.toString('latin1', 0, 4_096))?.[1] ?? '-';
    writeSync(record, `taken ${this.#to} ${id}\n`);
    if (fault('lostAnswer')) return void this.#socket.destroy();
    this.#say('250 2.0.0 taken');
  }

  #say(reply: string): void {
    if (!this.#socket.destroyed) this.#socket.write(`${reply}\r\n`);
  }
}

createServer((socket) => new Conversation(socket)).listen(options.port, '127.0.0.1', () => {
  process.send?.('ready');
});
process.once('disconnect', () => process.exit());
