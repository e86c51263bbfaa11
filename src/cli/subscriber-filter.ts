import { type Command, InvalidArgumentError, Option } from 'commander';
import { readAddress } from '../mail/address.ts';
import type { SubscriberFilter } from '../subscribers/filter.ts';
import { filterQuery } from '../subscribers/filter-query.ts';

/** The options that say which subscribers are meant, as commander reads them. */
export interface FilterOptions {
  search?: string;
  newsletter?: string;
  state?: 'pending' | 'active' | 'unsubscribed';
  section?: string;
  language?: string;
  joinedAfter?: Date;
  joinedBefore?: Date;
  suppressed?: boolean;
  email?: string;
}

/** Adds these options to a command. */
export const withFilter = (command: Command): Command =>
  command
    .option('--search <text>', 'parts of the address or the name')
    .option('--newsletter <slug>', 'only this newsletter')
    .addOption(
      new Option('--state <state>', 'only this state of the subscription').choices([
        'pending',
        'active',
        'unsubscribed',
      ]),
    )
    .option('--section <slug>', 'only those who receive this section')
    .option('--language <tag>', 'only this language; es also finds es-VE')
    .option('--joined-after <time>', 'first added on this date or later', momentArgument)
    .option('--joined-before <time>', 'first added before this date', momentArgument)
    .option('--suppressed', 'only those whose address is suppressed')
    .option('--no-suppressed', 'only those whose address is not')
    .option('--email <address>', 'only this address');

function momentArgument(text: string): Date {
  const read = filterQuery.joinedAfter.safeParse(text);
  if (!read.data)
    throw new InvalidArgumentError(
      'It must be a date such as 2026-11-01, or a time with its zone.',
    );
  return read.data;
}

/** The filter that was typed. Throws InvalidAddress. */
export const filterOf = ({ email, ...filter }: FilterOptions): SubscriberFilter => ({
  ...filter,
  emailKey: email === undefined ? undefined : readAddress(email).key,
});
