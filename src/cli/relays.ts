import type { Command } from 'commander';
import { commit } from '../actions/commit.ts';
import { setWarmUp } from '../actions/receivers.ts';
import { listRelays, testRelay } from '../actions/relays.ts';
import type { Open } from './open.ts';
import { print, table } from './output.ts';
import { actorOf } from './roles.ts';

export function registerRelays(program: Command, open: Open): void {
  const noun = program.command('relays').description('SMTP servers that messages are handed to');
  noun
    .command('list')
    .description('list relays, and what they answered in the last day')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      open(async (context) => {
        const data = await listRelays(context);
        const rows = data.map(({ name, host, port, tls, lastDay }) => [
          name,
          `${host}:${port}`,
          tls,
          ...[lastDay.sent, lastDay.deferred, lastDay.refused, lastDay.lost].map(String),
        ]);
        const heads = ['NAME', 'HOST', 'TLS', 'SENT', 'DEFERRED', 'REFUSED', 'LOST'];
        print(json, { data, next: null }, table(heads, rows));
      }),
    );
  noun
    .command('warm-up <name> <plan>')
    .description(
      'set a relay’s warm-up, such as 2026-11-24:500:1.5; none; or SMTP_URL: as it says there',
    )
    .option('--json', 'print JSON')
    .action((name: string, plan: string, { json }: { json?: boolean }) =>
      open(async (context) => {
        const wanted = plan === 'SMTP_URL' ? undefined : plan === 'none' ? null : plan;
        await commit(context, async (tx) => ({
          value: await setWarmUp(tx, actorOf(), context, name, wanted),
        }));
        const { warmUp = null } =
          (await listRelays(context)).find((one) => one.name === name) ?? {};
        const days = warmUp?.days.map(({ day, ceiling }) => [day, String(ceiling)]) ?? [];
        print(json, warmUp, warmUp ? table(['DAY', 'AT MOST'], days) : `${name}: no warm-up`);
      }),
    );
  noun
    .command('test <name>')
    .description('send a test message through one relay and print what it said')
    .requiredOption('--to <email>', 'address to send it to')
    .option('--language <tag>', 'language of the message', 'en')
    .option('--json', 'print JSON')
    .action(
      (name: string, { json, to, language }: { json?: boolean; to: string; language: string }) =>
        open(async (context) => {
          const outcome = await testRelay(context, actorOf(), name, { email: to, language });
          const said = `${name} said: ${outcome.reply}`;
          print(
            json,
            outcome,
            outcome.ok
              ? `taken; ${said}`
              : `not taken; ${said}${outcome.fix ? `\n${outcome.fix}` : ''}`,
          );
          if (!outcome.ok) process.exitCode = 1;
        }),
    );
}
