import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { type Classified, classify } from '../bounces/classify.ts';
import { registerBouncesList } from './bounces-list.ts';
import type { Open } from './open.ts';
import { table, WrongUse } from './output.ts';

/** A report carries the message that it is about, which a relay takes up to some 50 MB. */
const MOST_BYTES = 64 * 1024 * 1024;

/** `gaceta bounces …`: what came back. */
export function registerBounces(program: Command, open: Open): void {
  const bounces = program.command('bounces').description('what mail servers send back');
  registerBouncesList(bounces, open);
  bounces
    .command('classify <file...>')
    .description(
      'say what messages that came back mean, of files, of mailbox files, or - for standard input; changes nothing',
    )
    .option('--json', 'one JSON object a file, each on a line of its own')
    .action(async (files: string[], options: { json?: boolean }) => {
      for (const file of files)
        for (const [name, message] of messagesIn(file, await read(file))) {
          const classified = await classify(message);
          process.stdout.write(
            options.json
              ? `${JSON.stringify({ file: name, ...classified })}\n`
              : `${inWords(name, classified)}\n`,
          );
        }
    });
}

async function read(file: string): Promise<Buffer> {
  if (file === '-') return buffer(process.stdin);
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory()) throw new WrongUse(`${file} is a folder: name the files in it.`);
  if (!found?.isFile()) throw new WrongUse(`There is no file ${file}.`);
  if (found.size > MOST_BYTES)
    throw new WrongUse(
      `${file} is larger than ${MOST_BYTES / 1024 / 1024} MB: no mail server writes such a report.`,
    );
  return readFile(file);
}

/** A file's message, or those of a mailbox file (RFC 4155) one by one: `FILE#1`, `FILE#2`, … */
function messagesIn(file: string, bytes: Buffer): [string, Buffer][] {
  const text = bytes.toString('latin1');
  if (!text.startsWith('From ')) return [[file, bytes]];
  const messages = text.split(/^From \S+ .*\r?\n(?=[\w-]+:)/m).slice(1);
  if (messages.length < 2) return [[file, bytes]];
  return messages.map((message, at) => [`${file}#${at + 1}`, Buffer.from(message, 'latin1')]);
}

function inWords(file: string, { kind, recipients }: Classified): string {
  const rows = recipients.map(({ address, status, hard, reason }) => [
    address,
    status,
    hard ? 'hard' : 'soft',
    reason,
  ]);
  return [
    `${file}: ${kind}`,
    ...(rows.length > 0 ? [table(['address', 'status', '', 'reason'], rows)] : []),
  ].join('\n');
}
