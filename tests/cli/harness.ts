import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished, TestRunner } from 'vitest';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** What stdout holds, read as the one JSON value that it must be. */
  json(): ReturnType<typeof JSON.parse>;
}

const cli = join(import.meta.dirname, '../../bin/gaceta.js');

/** The command line as a person runs it, in a folder of its own; `variables` are its whole environment. */
export async function openShell(
  variables: Record<string, string>,
): Promise<{ folder: string; gaceta(args: string, input?: string): Promise<Outcome> }> {
  const folder = await mkdtemp(join(tmpdir(), 'gaceta-cli-'));
  const end = TestRunner.getCurrentTest() ? onTestFinished : afterAll;
  end(() => rm(folder, { recursive: true, force: true }));
  return {
    folder,
    async gaceta(args, input) {
      // words, with '…' around one that has spaces
      const words = (args.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
      const child = spawn(process.execPath, [cli, ...words], {
        cwd: folder,
        env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), ...variables },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.stdin.end(input ?? '');
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, stdout, stderr, json: () => JSON.parse(stdout) };
    },
  };
}
