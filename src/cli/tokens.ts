import { type Command, Option } from 'commander';
import {
  type ApiToken,
  createApiToken,
  listApiTokens,
  revokeApiToken,
  TokenNotFound,
} from '../operators/api-tokens.ts';
import { audit } from '../operators/audit.ts';
import { tokenRoles } from '../operators/roles.ts';
import { readId } from '../text/id.ts';
import type { Open } from './open.ts';
import { note, print, table } from './output.ts';
import { actorOf } from './roles.ts';

export function registerTokens(program: Command, open: Open): void {
  const noun = program.command('tokens').description('keys for programs that use the API');
  noun
    .command('create')
    .description('create a token and print its secret, which is shown only once')
    .requiredOption('--name <name>', 'who uses it')
    .addOption(new Option('--role <role>', 'role').choices(tokenRoles).default('admin'))
    .option('--json', 'print JSON')
    .action(({ json, ...input }: { json?: boolean; name: string; role: ApiToken['role'] }) =>
      open(async ({ db }) => {
        const made = await db.transaction().execute(async (tx) => {
          const token = await createApiToken(tx, input);
          await audit(tx, actorOf(), 'create', `token ${token.id}`, { role: token.role });
          return token;
        });
        print(json, made, made.token);
        if (!json) note(`(${made.name}, ${made.role}; the secret is not shown again)`);
      }),
    );
  noun
    .command('list')
    .description('list tokens')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const data = await listApiTokens(db);
        const rows = data.map((one) => [
          one.id,
          one.name,
          one.role,
          one.revokedAt ? 'revoked' : (one.lastUsedAt?.toISOString() ?? 'never used'),
        ]);
        print(json, { data, next: null }, table(['ID', 'NAME', 'ROLE', 'LAST USED'], rows));
      }),
    );
  noun
    .command('revoke <id>')
    .description('revoke a token at once')
    .option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) =>
      open(async ({ db }) => {
        if (!readId(id)) throw new TokenNotFound(`There is no token ${id}.`);
        const token = await db.transaction().execute(async (tx) => {
          const revoked = await revokeApiToken(tx, id);
          await audit(tx, actorOf(), 'revoke', `token ${id}`);
          return revoked;
        });
        print(json, token, `${token.name} revoked`);
      }),
    );
}
