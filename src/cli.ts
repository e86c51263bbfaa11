#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';
import { keepHeapSmall } from './process/gc-tuning.ts';
import { ownVersion } from './process/version.ts';

// For who starts this file itself; bin/gaceta.js has it on before.
enableCompileCache();
const [noun, verb] = process.argv.slice(2);
if (noun === 'worker' || (noun === 'subscribers' && verb === 'import')) keepHeapSmall();
const { registerProcesses } = await import('./cli/processes.ts');

const program = new Command('gaceta')
  .description('Newsletter subscription and delivery for newsrooms')
  .version(ownVersion())
  .showHelpAfterError('(gaceta --help lists the commands)')
  .exitOverride();
registerProcesses(program); // start web worker migrate
if (!['start', 'web', 'worker'].includes(noun ?? '')) {
  const { registerDemo } = await import('./cli/demo.ts');
  const { registerNouns } = await import('./cli/nouns.ts');
  registerDemo(program);
  registerNouns(program); // newsletters feeds articles editions subscribers … doctor backup restore
}

try {
  await program.parseAsync();
} catch (error) {
  // help and version are no failure
  const done = error instanceof CommanderError && error.exitCode === 0;
  const { fail } = await import('./cli/output.ts');
  process.exitCode = done ? 0 : fail(error, process.argv.includes('--json'));
}
