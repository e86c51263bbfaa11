import { readFile, stat } from 'node:fs/promises';
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
    .description('say what messages that came back mean; changes nothing')
    .option('--json', 'one JSON object a file, each on a line of its own')
    .action(async (files: string[], options: { json?: boolean }) => {
      for (const file of files) {
        const classified = await classifyFile(file);
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ file, ...classified })}\n`
            : `${inWords(file, classified)}\n`,
        );
      }
    });
}

async function classifyFile(file: string): Promise<Classified> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw new WrongUse(`There is no file ${file}.`);
  if (found.size > MOST_BYTES)
    throw new WrongUse(
      `${file} is larger than ${MOST_BYTES / 1024 / 1024} MB: no mail server writes such a report.`,
    );
  return classify(await readFile(file));
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
