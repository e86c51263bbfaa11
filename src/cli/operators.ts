import { type Command, Option } from 'commander';
import type { Role } from '../database/tables.ts';
import {
  createOperator,
  disableOperator,
  listOperators,
  type OperatorChanges,
  updateOperator,
} from '../operators/accounts.ts';
import { audit } from '../operators/audit.ts';
import { roles } from '../operators/roles.ts';
import { makeSetupLink } from '../operators/setup-links.ts';
import type { Open } from './open.ts';
import { print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

interface Options {
  json?: boolean;
  email: string;
  name?: string;
  role: Role;
  language?: string;
}

export function registerOperators(program: Command, open: Open): void {
  const noun = program.command('operators').description('accounts that sign in to the console');
  noun
    .command('create')
    .description('create an operator and print a set-up link')
    .requiredOption('--email <address>', 'email address')
    .option('--name <name>', 'name')
    .addOption(new Option('--role <role>', 'role').choices(roles).default('editor'))
    .option('--language <tag>', 'language of the console: en or es')
    .option('--json', 'print JSON')
    .action(({ json, ...input }: Options) =>
      open(async ({ db, config }) => {
        const { operator, token } = await db.transaction().execute(async (tx) => {
          const made = await createOperator(tx, input);
          await audit(tx, actorOf(), 'create', `operator ${made.id}`, { role: made.role });
          return { operator: made, token: await makeSetupLink(tx, made.id) };
        });
        const setupUrl = `${config.publicUrl}/console/setup/${token}`;
        print(
          json,
          { ...operator, setupUrl },
          `created ${operator.email} (${operator.role})\none-time set-up link, valid for one hour: ${setupUrl}`,
        );
      }),
    );
  noun
    .command('list')
    .description('list operators')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const data = await listOperators(db);
        const rows = data.map((one) => [
          one.email,
          one.name || null,
          one.role,
          one.disabledAt ? 'disabled' : (one.lastSeenAt?.toISOString() ?? 'never here'),
        ]);
        print(json, { data, next: null }, table(['EMAIL', 'NAME', 'ROLE', 'LAST SEEN'], rows));
      }),
    );
  noun
    .command('update <email>')
    .description('change an operator; other settings are kept')
    .option('--name <name>', 'name')
    .addOption(new Option('--role <role>', 'role').choices(roles))
    .addOption(new Option('--language <tag>', 'language of the console').choices(['en', 'es']))
    .option('--draft-notices', 'email them when a draft is ready to review')
    .option('--no-draft-notices', 'do not email them about drafts')
    .option('--json', 'print JSON')
    .action((email: string, { json, ...changes }: OperatorChanges & { json?: boolean }) => {
      const fields = Object.keys(changes);
      if (fields.length === 0)
        throw new WrongUse('Name what to change, for example --role editor.');
      return open(async ({ db }) => {
        const operator = await db.transaction().execute(async (tx) => {
          const changed = await updateOperator(tx, email, changes);
          await audit(tx, actorOf(), 'change', `operator ${changed.id}`, { fields });
          return changed;
        });
        print(json, operator, `changed ${fields.join(', ')} of ${operator.email}`);
      });
    });
  noun
    .command('disable <email>')
    .description('disable an operator at once')
    .option('--json', 'print JSON')
    .action((email: string, { json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const operator = await db.transaction().execute(async (tx) => {
          const disabled = await disableOperator(tx, email);
          await audit(tx, actorOf(), 'disable', `operator ${disabled.id}`);
          return disabled;
        });
        print(json, operator, `${operator.email} disabled`);
      }),
    );
}
