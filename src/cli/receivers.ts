import type { Command } from 'commander';
import { commit } from '../actions/commit.ts';
import { listReceivers, receiverPaceChange, setReceiverPace } from '../actions/receivers.ts';
import { countResting, goneDomains } from '../receivers/domains.ts';
import type { Open } from './open.ts';
import { print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

interface Options {
  json?: boolean;
  relay?: string;
  perSecond?: string;
  connections?: string;
}

export function registerReceivers(program: Command, open: Open): void {
  const noun = program
    .command('receivers')
    .description('who takes the mail of readers, and how fast they are sent to');
  noun
    .command('list')
    .description('list the groups of receivers')
    .option('--json', 'print JSON')
    .action(({ json }: Options) =>
      open(async (context) => {
        const data = await listReceivers(context);
        const rows = data.map(({ group, configured, set, limit, lastDay }) => [
          group,
          set.map((one) => `${one.relay || 'all'}: ${told(one)}`).join('; ') ||
            (configured === null ? '' : `${configured}/s`),
          limit ? `${limit.perSecond.toFixed(2)}/s` : '',
          ...[lastDay.sent, lastDay.deferred, lastDay.refused, lastDay.lost].map(String),
        ]);
        const heads = ['GROUP', 'SET', 'FOUND', 'SENT', 'DEFERRED', 'REFUSED', 'LOST'];
        print(json, { data, next: null }, table(heads, rows));
      }),
    );
  noun
    .command('set <group>')
    .description('set how fast a group is sent to; with neither number it is taken away')
    .option('--relay <name>', 'through this relay alone')
    .option('--per-second <n>', 'messages a second over all workers')
    .option('--connections <n>', 'messages under way at once, in each worker')
    .option('--json', 'print JSON')
    .action((group: string, { json, relay = '', ...given }: Options) => {
      const change = receiverPaceChange.safeParse({
        relay,
        ...(given.perSecond !== undefined && { perSecond: Number(given.perSecond) }),
        ...(given.connections !== undefined && { connections: Number(given.connections) }),
      });
      if (!change.success)
        throw new WrongUse('Give numbers: --per-second 0.5 to 10000, --connections 1 to 1000.');
      return open(async (context) => {
        await commit(context, async (tx) => ({
          value: await setReceiverPace(tx, actorOf(), context, group, change.data),
        }));
        print(json, { group, ...change.data }, `${group}: ${told(change.data)}`);
      });
    });
  noun
    .command('resting')
    .description(
      'who rests: readers of domains that take no mail, and those without a sign of life',
    )
    .option('--json', 'print JSON')
    .action(({ json }: Options) =>
      open(async ({ db }) => {
        const counts = await countResting(db);
        const domains = await goneDomains(db, 200);
        const rows = domains.map((one) => [
          one.domain,
          one.goneWhy,
          one.goneSince.toISOString(),
          one.rests ? 'rest' : 'sent to',
          String(one.readers),
        ]);
        const heads = ['DOMAIN', 'WHY', 'SINCE', 'READERS', 'HOW MANY'];
        const text = `domain gone: ${counts.domainGone}, no sign of life: ${counts.asleep}`;
        print(
          json,
          { ...counts, domains },
          rows.length > 0 ? `${text}\n${table(heads, rows)}` : text,
        );
      }),
    );
}

const told = ({
  perSecond,
  connections,
}: {
  perSecond: number | null;
  connections: number | null;
}): string =>
  [perSecond === null ? '' : `${perSecond}/s`, connections === null ? '' : `${connections} at once`]
    .filter(Boolean)
    .join(', ') || 'no limit of your own';
