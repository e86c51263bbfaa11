import { scheduler } from 'node:timers/promises';
import type { Command } from 'commander';
import {
  type DomainKeys,
  listDkim,
  NotPublished,
  prepareDkimKey,
  type ShownKey,
  switchDkimKey,
} from '../actions/dkim.ts';
import type { Context } from '../context.ts';
import type { Open } from './open.ts';
import { note, print, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

const LOOK_MS = 10_000;

interface Options {
  domain?: string;
  wait?: boolean;
  json?: boolean;
}

export function registerDkim(program: Command, open: Open): void {
  const noun = program.command('dkim').description('keys that messages are signed with');
  noun
    .command('list')
    .description('list the keys of each domain that mails come from')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      open(async (context) => {
        const data = await listDkim(context);
        print(json, { data, next: null }, data.map(told).join('\n'));
      }),
    );
  noun
    .command('rotate')
    .description('make the next key, then sign with it once its record is published: run it twice')
    .option('--domain <domain>', 'which, where mails come from several')
    .option('--wait', 'wait until the record is published')
    .option('--json', 'print JSON')
    .action((options: Options) => open((context) => rotate(context, options)));
}

async function rotate(context: Context, { domain, wait, json }: Options): Promise<void> {
  const domains = (await listDkim(context)).map((one) => one.domain);
  const [only, ...others] = domains;
  if (domain === undefined && others.length > 0)
    throw new WrongUse(
      `Mails come from several domains: name one with --domain (${domains.join(', ')}).`,
    );
  const { key, made } = await prepareDkimKey(
    context,
    actorOf(),
    domain?.toLowerCase() ?? only ?? '',
  );
  const publish = `Publish this TXT record:\n\n  ${key.record.name}\n  ${key.record.value}\n`;
  // nobody can have published what was made this moment
  if (made && !wait)
    return print(
      json,
      { switched: false, key, retired: null },
      `${publish}\nThen run this command again: it looks for the record and signs with the new key.`,
    );
  if (!json) note(publish);
  for (;;) {
    try {
      const { key: active, retired } = await switchDkimKey(context, actorOf(), key.id);
      const old = retired ? `\n${keep(retired)}` : '';
      const text = `${active.record.name} is published: messages are signed with it from now on, in every worker within a minute.${old}`;
      return print(json, { switched: true, key: active, retired }, text);
    } catch (error) {
      if (!(error instanceof NotPublished)) throw error;
      if (!wait) {
        print(json, { switched: false, key, retired: null }, error.message);
        process.exitCode = 1;
        return;
      }
      await scheduler.wait(LOOK_MS);
    }
  }
}

const keep = ({ record, recordNeededUntil }: ShownKey) =>
  `Keep the record ${record.name} until ${recordNeededUntil?.toISOString().slice(0, 10)}: mail that is on its way was signed with it. Then remove it.`;

function told({ domain, set, faults, keys }: DomainKeys): string {
  const lines = [
    ...set.map((name) => `  ${name}  set by DKIM=, signs`),
    ...faults.map((fault) => `  ${fault}`),
    ...keys.map(
      ({ record, state, recordNeededUntil }) =>
        `  ${record.name}  ${state}${recordNeededUntil ? `, record needed until ${recordNeededUntil.toISOString().slice(0, 10)}` : ''}`,
    ),
  ];
  return [domain, ...(lines.length > 0 ? lines : ['  no key: nothing is signed here'])].join('\n');
}
