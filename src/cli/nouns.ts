import type { Command } from 'commander';
import { registerBackup } from './backup.ts';
import { registerNewsletters } from './newsletters.ts';
import { openForCommand } from './open.ts';
import { registerOperators } from './operators.ts';
import { registerTokens } from './tokens.ts';

/** The commands about things: one file per noun. */
export function registerNouns(program: Command): void {
  for (const register of [registerNewsletters, registerOperators, registerTokens, registerBackup])
    register(program, openForCommand);
}
