import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { openApi } from './harness.ts';

const run = promisify(execFile);
// A folder of its own: the generator of TypeScript needs a compiler of another major version than ours.
const clients = join(import.meta.dirname, 'clients');

/** Runs what fetches from a registry; where none can be reached the test says so and is skipped. */
async function fetched(context: TestContext, what: string, work: () => Promise<unknown>) {
  try {
    await work();
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? error);
    if (
      !/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|NewConnectionError|No matching distribution/.test(said)
    )
      throw error;
    context.skip(`${what} cannot be fetched here`);
  }
}

describe('a client that is generated from the document', async () => {
  const { base, token } = await openApi();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gaceta-clients-'));
    await cp(clients, folder, { recursive: true });
    const document = await (await fetch(`${base}/api/openapi.json`)).text();
    await writeFile(join(folder, 'openapi.json'), document);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const inFolder = (command: string, ...args: string[]) => run(command, args, { cwd: folder });
  const api = `${base.replace(/\/$/, '')}/api/v1`;

  it('works in TypeScript (openapi-typescript, openapi-fetch)', async (context) => {
    await fetched(context, 'openapi-typescript', () =>
      inFolder('npm', 'ci', '--no-audit', '--no-fund', '--prefer-offline'),
    );
    await inFolder('node_modules/.bin/openapi-typescript', 'openapi.json', '-o', 'schema.ts');
    await cp(join(folder, 'round.txt'), join(folder, 'round.ts'));
    const types = join(import.meta.dirname, '../../../node_modules/@types');
    const checks =
      '--noEmit --strict --skipLibCheck --allowImportingTsExtensions --module nodenext --target es2022 --types node --typeRoots';
    await inFolder('node_modules/.bin/tsc', ...checks.split(' '), types, 'round.ts');
    const { stdout } = await inFolder(process.execPath, 'round.ts', api, token.admin);
    expect(stdout).toContain('round done');
  });

  it('works in Python (openapi-python-client)', async (context) => {
    await run('python3', ['-c', 'import ensurepip, venv']).catch(() =>
      context.skip('this machine has no python3 with venv'),
    );
    await inFolder('python3', '-m', 'venv', 'venv');
    await fetched(context, 'openapi-python-client', () =>
      inFolder('venv/bin/pip', 'install', '--quiet', '--requirement', 'requirements.txt'),
    );
    const { stdout: said } = await inFolder(
      'venv/bin/openapi-python-client',
      ...'generate --path openapi.json --output-path gaceta_client --meta none --config python.json'.split(
        ' ',
      ),
    );
    // it names what it leaves out
    expect(said).not.toMatch(/WARNING parsing/);
    const { stdout } = await inFolder('venv/bin/python', 'round.py', api, token.admin);
    expect(stdout).toContain('round done');
  });
});
