import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { audienceOf } from '../actions/audience.ts';
import { showDeliveries } from '../actions/deliveries.ts';
import { showUnsubscribes } from '../actions/show-editions.ts';
import type { DeliveryState } from '../database/tables.ts';
import { CURSOR_FORM, missedStates } from '../deliveries/list-deliveries.ts';
import type { Open } from './open.ts';
import { readLimit } from './options.ts';
import { note, print, table } from './output.ts';
import { roleOf } from './roles.ts';

interface Options {
  json?: boolean;
  state?: DeliveryState;
  reason?: string;
  search?: string;
  limit: number;
  after?: string;
}

/** `editions missed`, `audience` and `unsubscribes`: who did not get an edition, how many would, and who left by it. */
export function registerEditionReaders(noun: Command, open: Open): void {
  noun
    .command('missed <id>')
    .description('list the readers who did not get an edition, why, and what the relay said')
    .addOption(new Option('--state <state>', 'only in this state').choices(missedStates))
    .option('--reason <reason>', 'only for this reason, such as expired')
    .option('--search <words>', 'part of an address or of what the relay said')
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page', readCursor)
    .option('--json', 'print JSON')
    .action((id: string, { json, state, ...page }: Options) =>
      open(async ({ db, origin }) => {
        const list = await showDeliveries(db, id, roleOf(), {
          ...page,
          states: state ? [state] : missedStates,
          origin,
        });
        const rows = list.data.map((one) => [
          one.email ?? `subscriber ${one.subscriber}`,
          one.state,
          one.reason,
          one.answer,
        ]);
        const shown = table(['READER', 'STATE', 'REASON', 'THE RELAY SAID'], rows);
        print(json, list, rows.length > 0 ? shown : 'nobody was missed');
        if (!json && list.next) note(`There are more: --after ${list.next}`);
      }),
    );
  noun
    .command('audience <id>')
    .description('count the readers of an edition: before it starts, as many as there are now')
    .option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const audience = await audienceOf(db, id);
        const { readers, estimate } = audience;
        print(json, audience, `${readers} readers${estimate ? ' if it were sent now' : ''}`);
      }),
    );
  noun
    .command('unsubscribes <id>')
    .description('count who unsubscribed by the links of an edition, and list why')
    .option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) =>
      open(async ({ db }) => {
        const found = await showUnsubscribes(db, id);
        const rows = found.reasons.map((one) => [one.at.toISOString(), one.reason, one.words]);
        note(`${found.count} unsubscribed`);
        const text = table(['UNSUBSCRIBED', 'REASON', 'WORDS'], rows);
        print(json, found, rows.length > 0 ? text : 'no reasons');
      }),
    );
}

function readCursor(text: string): string {
  if (!CURSOR_FORM.test(text)) throw new InvalidArgumentError('It must be “next” of a page.');
  return text;
}
