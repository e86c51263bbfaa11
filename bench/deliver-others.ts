import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { findPostfix } from './postfix.ts';

export interface OtherRun {
  messagesPerSecond: number;
  cpuMsPerMessage?: number;
}

/** (b): nodemailer's pool with `sendMail`, in a process of its own. */
export async function runSendMail(
  port: number,
  connections: number,
  messages: number,
  content: { html: string; text: string },
): Promise<OtherRun> {
  const child = fork(join(import.meta.dirname, 'sendmail-child.ts'));
  child.send({ port, connections, messages, ...content });
  const [answer] = await once(child, 'message');
  return z.object({ messagesPerSecond: z.number(), cpuMsPerMessage: z.number() }).parse(answer);
}

/** (c) and (d): Postfix's smtp-source, a connection a message, or with `kept` on connections that stay. */
export async function runSmtpSource(
  port: number,
  connections: number,
  messages: number,
  bytes: number,
  kept: boolean,
): Promise<OtherRun | undefined> {
  const program = findPostfix('smtp-source');
  if (!program) return undefined;
  const flags = ['-s', String(connections), '-m', String(messages), '-l', String(bytes)];
  const addresses = ['-f', 'daily@example.test', '-t', 'reader@example.test', `127.0.0.1:${port}`];
  const startedAt = performance.now();
  const child = spawn(program.path, [...(kept ? ['-d'] : []), ...flags, ...addresses], {
    env: program.env,
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  return { messagesPerSecond: (messages * 1_000) / (performance.now() - startedAt) };
}
