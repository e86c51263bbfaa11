#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { registerDemo } from './cli/demo.ts';
import { registerNouns } from './cli/nouns.ts';
import { fail } from './cli/output.ts';
import { registerProcesses } from './cli/processes.ts';

const program = new Command('gaceta')
  .description('Newsletter subscription and delivery for newsrooms')
  .version('0.1.0')
  .showHelpAfterError('(gaceta --help lists the commands)')
  .exitOverride();
registerProcesses(program); // start web worker migrate
registerDemo(program);
registerNouns(program); // newsletters feeds articles editions subscribers … doctor backup restore

try {
  await program.parseAsync();
} catch (error) {
  // help and version are no failure
  const done = error instanceof CommanderError && error.exitCode === 0;
  process.exitCode = done ? 0 : fail(error, process.argv.includes('--json'));
}
