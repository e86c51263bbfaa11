import { Command } from 'commander';
import { expect, it } from 'vitest';
import { CommandWithoutRule, requireRoles } from '../../src/cli/roles.ts';

function program(): Command {
  const gaceta = new Command('gaceta');
  gaceta.command('doctor').action(() => {});
  gaceta
    .command('tokens')
    .command('list')
    .action(() => {});
  return gaceta;
}

it('starts when every command says which role it takes', () => {
  expect(() => requireRoles(program())).not.toThrow();
});

it('does not start when one says nothing', () => {
  const roles = { doctor: 'owner' as const };
  expect(() => requireRoles(program(), roles)).toThrow(CommandWithoutRule);
  expect(() => requireRoles(program(), roles)).toThrow('tokens list');
});
