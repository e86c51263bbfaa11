import type { Command } from 'commander';
import { commit } from '../actions/commit.ts';
import { readAddress } from '../mail/address.ts';
import { audit } from '../operators/audit.ts';
import { Problem } from '../problems/problem.ts';
import {
  findSuppression,
  listSuppressions,
  removeSuppression,
  suppress,
  suppressionShape,
} from '../subscribers/suppression.ts';
import type { Open } from './open.ts';
import { readLimit } from './options.ts';
import { print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

export function registerSuppressions(program: Command, open: Open): void {
  const noun = program.command('suppressions').description('addresses that no email is sent to');
  noun
    .command('list')
    .description('list suppressions; addresses are stored as hashes')
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page')
    .option('--json', 'print JSON')
    .action(({ json, ...page }: { json?: boolean; limit: number; after?: string }) => {
      if (page.after !== undefined && !/^[0-9a-f]{64}$/.test(page.after))
        throw new WrongUse('--after takes the “next” of the previous page.');
      return open(async ({ db }) => {
        const { data, next } = await listSuppressions(db, page);
        const shown = data.map(suppressionShape);
        const rows = shown.map((one) => [
          one.hash,
          one.held ? `${one.reason} (held)` : one.reason,
          one.createdAt.toISOString(),
          one.detail,
        ]);
        const text = table(['HASH', 'REASON', 'SINCE', 'DETAIL'], rows);
        print(json, { data: shown, next }, rows.length > 0 ? text : 'no suppressions');
      });
    });
  noun
    .command('add <email>')
    .description('block an address: no more email is sent to it')
    .option('--detail <text>', 'why, for colleagues')
    .option('--json', 'print JSON')
    .action((email: string, { json, detail }: { json?: boolean; detail?: string }) =>
      open(async (context) => {
        const hash = context.hashAddress(readAddress(email).key);
        const made = await commit(context, async (tx) => {
          const value = await suppress(tx, hash, { reason: 'operator', detail: detail ?? null });
          const object = `address ${hash.toString('hex')}`;
          if (value) await audit(tx, actorOf(), 'suppress', object);
          return { value };
        });
        const suppression = await findSuppression(context.db, hash);
        const text = made ? `${email} is suppressed` : `${email} was suppressed before`;
        print(json, suppression && suppressionShape(suppression), text);
      }),
    );
  noun
    .command('remove <email>')
    .description('unblock an address')
    .option('--json', 'print JSON')
    .action((email: string, { json }: { json?: boolean }) =>
      open(async (context) => {
        const hash = context.hashAddress(readAddress(email).key);
        const suppression = await findSuppression(context.db, hash);
        await commit(context, async (tx) => {
          if (!(await removeSuppression(tx, hash)))
            throw new Problem(404, 'This address is not suppressed.');
          await audit(tx, actorOf(), 'unsuppress', `address ${hash.toString('hex')}`);
          return { value: undefined };
        });
        print(json, suppression && suppressionShape(suppression), `${email} unblocked`);
      }),
    );
}
