import type { Command } from 'commander';
import { commit } from '../actions/commit.ts';
import { changeSendingRules } from '../actions/settings.ts';
import { getSendingRules, type SendingRules } from '../newsletters/sending-rules.ts';
import type { Open } from './open.ts';
import { print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

export function registerSendingRules(program: Command, open: Open): void {
  const noun = program
    .command('sending-rules')
    .description('when nothing more is sent: bounces, complaints, no sign of life');
  noun
    .command('show')
    .description('show the sending rules')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const rules = await getSendingRules(db);
        print(json, rules, told(rules));
      }),
    );
  noun
    .command('update')
    .description('change the sending rules; others are kept')
    .option('--soft-days <n>', 'temporary bounces on so many days count as a final one')
    .option('--soft-within <n>', 'within so many days')
    .option('--full-days <n>', 'the same for a full mailbox')
    .option('--full-within <n>', 'within so many days')
    .option('--complaints-tell <percent>', 'more complaints a day are told to the operators')
    .option('--complaints-hold <percent>', 'more complaints a day hold the newsletter')
    .option('--complaints-at-least <n>', 'fewer complaints hold nothing')
    .option('--sunset-months <n>', 'ask readers without a sign of life for so long; never: do not')
    .option('--sunset-weeks <n>', 'who does not answer for so long rests')
    .option('--json', 'print JSON')
    .action(({ json, ...words }: { json?: boolean } & Record<string, string>) => {
      const changes = Object.fromEntries(
        Object.entries(words).map(([key, text]) => [key, numberIn(key, text)]),
      );
      if (Object.keys(changes).length === 0)
        throw new WrongUse('Name what to change, for example --soft-days 7.');
      return open(async (context) => {
        const rules = await commit(context, async (tx) => ({
          value: await changeSendingRules(tx, actorOf(), changes),
        }));
        print(json, rules, told(rules));
      });
    });
}

function numberIn(key: string, text: string): number | null {
  if (key === 'sunsetMonths' && text === 'never') return null;
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) throw new WrongUse(`${text} is not a number.`);
  return number;
}

const told = (rules: SendingRules) =>
  table(
    ['RULE', 'VALUE'],
    Object.entries(rules).map(([rule, value]) => [rule, String(value ?? 'never')]),
  );
