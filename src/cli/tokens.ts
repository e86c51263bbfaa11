import { type Command, Option } from 'commander';
import { makeToken, TOKEN_DAYS, withdrawToken } from '../actions/tokens.ts';
import { type ApiToken, listApiTokens, TokenNotFound } from '../operators/api-tokens.ts';
import { LEAST_TOKEN_ROLE, tokenRoles } from '../operators/roles.ts';
import { readId } from '../text/id.ts';
import type { Open } from './open.ts';
import { readExpiry, several } from './options.ts';
import { note, print, table } from './output.ts';
import { by } from './roles.ts';

interface Options {
  json?: boolean;
  name: string;
  role: ApiToken['role'];
  newsletter?: string[];
  expires?: Date | null;
}

export function registerTokens(program: Command, open: Open): void {
  const noun = program.command('tokens').description('keys for programs that use the API');
  noun
    .command('create')
    .description('create a token and print its secret, which is shown only once')
    .requiredOption('--name <name>', 'who uses it')
    .addOption(new Option('--role <role>', 'role').choices(tokenRoles).default(LEAST_TOKEN_ROLE))
    .option('--newsletter <slug>', 'bind it to this newsletter; may be given again', several)
    .option(
      '--expires <date>',
      `when it ends, or never (default: ${TOKEN_DAYS} days from now)`,
      readExpiry,
    )
    .option('--json', 'print JSON')
    .action(({ json, newsletter, expires, ...input }: Options) =>
      open(async ({ db, now }) => {
        const wish = {
          ...input,
          ...(newsletter ? { newsletters: newsletter } : {}),
          ...(expires === undefined ? {} : { expiresAt: expires }),
        };
        const made = await db.transaction().execute((tx) => makeToken(tx, by(), wish, now()));
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
          one.newsletters?.join(', ') ?? 'all',
          one.revokedAt ? 'revoked' : (one.expiresAt?.toISOString().slice(0, 10) ?? 'never'),
          one.lastUsedAt?.toISOString() ?? 'never',
        ]);
        const heads = ['ID', 'NAME', 'ROLE', 'NEWSLETTERS', 'EXPIRES', 'LAST USED'];
        print(json, { data, next: null }, table(heads, rows));
      }),
    );
  noun
    .command('revoke <id>')
    .description('revoke a token at once')
    .option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) =>
      open(async ({ db }) => {
        if (!readId(id)) throw new TokenNotFound(`There is no token ${id}.`);
        const token = await db.transaction().execute((tx) => withdrawToken(tx, by(), id));
        print(json, token, `${token.name} revoked`);
      }),
    );
}
