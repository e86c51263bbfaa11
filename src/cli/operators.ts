import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { causes } from '../actions/attention/causes.ts';
import { commit } from '../actions/commit.ts';
import {
  changeOperator,
  endOperatorSessions,
  inviteOperator,
  letInOperator,
  linkForOperator,
  resetOperatorTwoFactor,
  setTwoFactorRequired,
  shutOutOperator,
} from '../actions/operators.ts';
import type { Config } from '../config.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Role } from '../database/tables.ts';
import {
  getOperatorByEmail,
  listOperators,
  type Operator,
  type OperatorChanges,
} from '../operators/accounts.ts';
import { roles } from '../operators/roles.ts';
import type { Open } from './open.ts';
import { several } from './options.ts';
import { print, table, WrongUse } from './output.ts';
import { by } from './roles.ts';

interface Options {
  json?: boolean;
  email: string;
  name?: string;
  role: Role;
  language?: string;
  newsletter?: string[];
  mail?: boolean;
}

interface Changes extends Omit<OperatorChanges, 'boundTo'> {
  json?: boolean;
  newsletter?: string[];
  allNewsletters?: boolean;
}

export function registerOperators(program: Command, open: Open): void {
  const noun = program.command('operators').description('accounts that sign in to the console');
  registerRequirement(noun, open);
  noun
    .command('create')
    .description('create an operator and print a set-up link')
    .requiredOption('--email <address>', 'email address')
    .option('--name <name>', 'name')
    .addOption(new Option('--role <role>', 'role').choices(roles).default('editor'))
    .option('--language <tag>', 'language of the console: en or es')
    .option('--newsletter <slug>', 'bind them to this newsletter; may be given again', several)
    .option('--mail', 'also send them a link by email')
    .option('--json', 'print JSON')
    .action(({ json, mail, newsletter, ...input }: Options) =>
      open(async (context) => {
        const { config } = context;
        const invited = { ...input, ...(newsletter ? { newsletters: newsletter } : {}) };
        const { operator, link, hours } = await commit(context, async (tx) => {
          const value = await inviteOperator(tx, by(), invited, { mail });
          return { value, enqueue: (queues) => queues.enqueueLetters(value.letters) };
        });
        const setupUrl = setupUrlOf(config, link);
        print(
          json,
          { ...operator, setupUrl },
          `created ${operator.email} (${operator.role})\none-time set-up link, valid for ${hours} hours: ${setupUrl}`,
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
          one.newsletters?.join(', ') ?? 'all',
          one.twoFactor ? 'yes' : 'no',
          one.disabledAt ? 'disabled' : (one.lastSeenAt?.toISOString() ?? 'never here'),
        ]);
        const heads = ['EMAIL', 'NAME', 'ROLE', 'NEWSLETTERS', 'TWO-FACTOR', 'LAST SEEN'];
        print(json, { data, next: null }, table(heads, rows));
      }),
    );
  noun
    .command('update <email>')
    .description('change an operator; other settings are kept')
    .option('--name <name>', 'name')
    .addOption(new Option('--role <role>', 'role').choices(roles))
    .addOption(new Option('--language <tag>', 'language of the console').choices(['en', 'es']))
    .option('--newsletter <slug>', 'bind them to this newsletter; may be given again', several)
    .option('--all-newsletters', 'bind them to none: the whole newsroom')
    .option('--draft-notices', 'email them when a draft is ready to review')
    .option('--no-draft-notices', 'do not email them about drafts')
    .option(
      '--alerts <causes>',
      'email them when these need a person: causes of “attention”, with commas; “all” or “none”',
      readCauses,
    )
    .option('--json', 'print JSON')
    .action((email: string, { json, newsletter, allNewsletters, ...rest }: Changes) => {
      if (newsletter && allNewsletters)
        throw new WrongUse('Choose one: --newsletter or --all-newsletters.');
      const newsletters = newsletter ?? (allNewsletters ? null : undefined);
      const changes = { ...rest, ...(newsletters === undefined ? {} : { newsletters }) };
      const fields = Object.keys(changes);
      if (fields.length === 0)
        throw new WrongUse('Name what to change, for example --role editor.');
      return open(async ({ db }) => {
        const operator = await db.transaction().execute(async (tx) => {
          const { id } = await getOperatorByEmail(tx, email);
          return changeOperator(tx, by(), id, changes);
        });
        print(json, operator, `changed ${fields.join(', ')} of ${operator.email}`);
      });
    });

  /** A command about one operator, named by address. */
  const about = (
    verb: string,
    description: string,
    act: (tx: DbOrTransaction, operator: Operator, config: Config) => Promise<Said>,
  ) =>
    noun
      .command(`${verb} <email>`)
      .description(description)
      .option('--json', 'print JSON')
      .action((email: string, { json }: { json?: boolean }) =>
        open(async ({ db, config }) => {
          const { value, text } = await db
            .transaction()
            .execute(async (tx) => act(tx, await getOperatorByEmail(tx, email), config));
          print(json, value, text);
        }),
      );
  about('disable', 'disable an operator at once', async (tx, { id }) => {
    const value = await shutOutOperator(tx, by(), id);
    return { value, text: `${value.email} disabled` };
  });
  about('enable', 'enable an operator who was disabled', async (tx, { id }) => {
    const value = await letInOperator(tx, by(), id);
    return { value, text: `${value.email} enabled` };
  });
  about(
    'link',
    'for a lost password: print a one-time link with which they choose another',
    async (tx, { id, email }, config) => {
      const { link, hours } = await linkForOperator(tx, by(), id);
      const setupUrl = setupUrlOf(config, link);
      return {
        value: { id, email, setupUrl },
        text: `link for ${email}, valid once within ${hours === 1 ? 'an hour' : `${hours} hours`}: ${setupUrl}`,
      };
    },
  );
  about(
    'reset-two-factor',
    'for somebody who lost them: remove authenticator app, passkeys and recovery codes',
    async (tx, { id }) => {
      const value = await resetOperatorTwoFactor(tx, by(), id);
      return { value, text: `two-factor sign-in of ${value.email} reset` };
    },
  );
  about('end-sessions', 'sign an operator out of every browser', async (tx, { id, email }) => {
    const ended = await endOperatorSessions(tx, by(), id);
    return { value: { id, email, ended }, text: `${email}: ${ended} sessions ended` };
  });
}

/** `paused,disk`, `all` or `none`. */
function readCauses(text: string): string[] {
  if (text === 'all') return [...causes];
  const named = text === 'none' ? [] : text.split(',').map((cause) => cause.trim());
  const unknown = named.filter((cause) => !causes.some((known) => known === cause));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `unknown: ${unknown.join(', ')}; known are ${causes.join(', ')}`,
    );
  return [...new Set(named)];
}

/** `operators require-two-factor on|off`. */
function registerRequirement(noun: Command, open: Open): void {
  noun
    .command('require-two-factor')
    .description('require a second factor of every operator, or no longer')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .option('--json', 'print JSON')
    .action((state: 'on' | 'off', { json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const required = state === 'on';
        await db.transaction().execute((tx) => setTwoFactorRequired(tx, by(), required));
        print(json, { required }, `two-factor sign-in ${required ? 'required' : 'optional'}`);
      }),
    );
}

/** What a command has to say, as JSON and to a person. */
interface Said {
  value: unknown;
  text: string;
}

const setupUrlOf = ({ publicUrl }: Config, link: string) => `${publicUrl}/console/setup/${link}`;
