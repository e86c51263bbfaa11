import { type Command, Option } from 'commander';
import { giveUpWebhook, makeWebhook, testWebhook } from '../actions/webhooks.ts';
import { openSealing } from '../database/sealing.ts';
import { WebhookNotFound } from '../webhooks/errors.ts';
import { listWebhooks, newWebhook, webhookEvents } from '../webhooks/webhooks.ts';
import type { Open } from './open.ts';
import { several } from './options.ts';
import { note, print, table } from './output.ts';
import { by } from './roles.ts';

interface Options {
  json?: boolean;
  url: string;
  event: string[];
  newsletter?: string[];
  description?: string;
}

export function registerWebhooks(program: Command, open: Open): void {
  const noun = program
    .command('webhooks')
    .description('where other programs are told what happens');
  noun
    .command('list')
    .description('list webhooks')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const data = await listWebhooks(db, null);
        const rows = data.map((one) => [
          one.id,
          one.url,
          one.events.join(', '),
          one.newsletters?.join(', ') ?? 'all',
          one.active ? (one.failingSince ? 'failing' : 'on') : `off (${one.disabledBy})`,
        ]);
        const heads = ['ID', 'ADDRESS', 'EVENTS', 'NEWSLETTERS', 'STATE'];
        print(json, { data, next: null }, table(heads, rows));
      }),
    );
  noun
    .command('add')
    .description('add a webhook and print its secret, which is shown only once')
    .requiredOption('--url <address>', 'where messages are sent')
    .addOption(
      new Option(
        '--event <type>',
        `what it is told of; may be given again: ${webhookEvents.join(', ')}`,
      )
        .argParser(several)
        .makeOptionMandatory(),
    )
    .option('--newsletter <slug>', 'tell it of this newsletter alone; may be given again', several)
    .option('--description <words>', 'what it is for')
    .option('--json', 'print JSON')
    .action(({ json, url, event, newsletter, description }: Options) =>
      open(async ({ db, secrets }) => {
        const input = newWebhook.parse({
          url,
          events: event,
          ...(description ? { description } : {}),
        });
        const made = await db.transaction().execute((tx) =>
          makeWebhook(tx, openSealing(secrets), by(), {
            ...input,
            ...(newsletter ? { newsletters: newsletter } : {}),
          }),
        );
        print(json, made, made.secret);
        if (!json) note(`(webhook ${made.id}, ${made.url}; the secret is not shown again)`);
      }),
    );
  noun
    .command('remove <id>')
    .description('remove a webhook, with what waits for it')
    .option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const removed = await db.transaction().execute((tx) => giveUpWebhook(tx, by(), id));
        print(json, removed, `${removed.url} removed`);
      }),
    );
  noun
    .command('test <id>')
    .description('send a webhook a message now, and show what it answers')
    .option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) =>
      open(async (context) => {
        if (!/^\d+$/.test(id)) throw new WebhookNotFound(id);
        const { cause: _, ...outcome } = await testWebhook(context, by(), id);
        const text = outcome.status === null ? outcome.error : `it answered ${outcome.status}`;
        print(json, outcome, `${outcome.ok ? 'works' : 'does not work'}: ${text}`);
        if (!outcome.ok) process.exitCode = 1;
      }),
    );
}
