import { randomUUID } from 'node:crypto';
import { CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { Problem } from '../problems/problem.ts';
import { toProblem } from '../problems/to-problem.ts';

/** A command that was typed in a way that cannot be meant. Ends with 2. */
export class WrongUse extends Error {
  override name = 'WrongUse';
}

/** What a command has to say on stdout: one JSON value with --json, else text for a person. */
export function print(json: boolean | undefined, value: unknown, text: string): void {
  const out = json ? JSON.stringify(value) : text;
  process.stdout.write(out.endsWith('\n') ? out : `${out}\n`);
}

/** Ends silently when the program that reads stdout closes it, as `| head` does. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/** A line for the person at the terminal, beside what stdout holds. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Says what went wrong and answers the exit code: 1 failed, 2 wrong use. With --json the problem
 * (RFC 9457) is the one value on stdout; a person reads the sentence on stderr either way.
 */
export function fail(error: unknown, json: boolean): number {
  const wrongUse = error instanceof WrongUse || error instanceof CommanderError;
  const problem = asProblem(error, wrongUse);
  if (json) print(true, problem.toDocument(`urn:uuid:${randomUUID()}`), '');
  const wrong = (problem.errors ?? []).map(
    ({ pointer, detail }) => `${pointer || 'input'}: ${detail}`,
  );
  // The list says all that the message of wrong values does. Commander has said its own by now.
  if (wrong.length > 0) note(wrong.join('\n'));
  else if (!(error instanceof CommanderError)) note(problem.message);
  return wrongUse || error instanceof ConfigError ? 2 : 1;
}

function asProblem(error: unknown, wrongUse: boolean): Problem {
  if (wrongUse) return new Problem(400, (error as Error).message.replace(/^error: /, ''));
  const problem = toProblem(error, 'the cause below');
  // A person at the command line operates this machine: they may read what a web page would not show.
  if (problem.status === 500 && error instanceof Error)
    return new Problem(500, error.message || error.name, { cause: error });
  return problem;
}

/** `counted(1, 'row')` → "1 row", `counted(2, 'row')` → "2 rows". */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Rows as columns for a person. Control characters in a value cannot move the cursor. */
export function table(heads: string[], rows: (string | number | null)[][]): string {
  const lines = [heads, ...rows].map((row) =>
    row.map((cell) => String(cell ?? '–').replace(/\p{Cc}/gu, ' ')),
  );
  const widths = heads.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
