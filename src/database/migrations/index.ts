import type { Migration } from 'kysely/migration';
import * as house from './0001-house.ts';
import * as pageAddresses from './0002-page-addresses.ts';
import * as oneIndexOfTheLedger from './0003-one-index-of-the-ledger.ts';

/** Every migration by its name, in the order they run. Never edited once released, only added to. */
export const migrations: Record<string, Migration> = {
  '0001-house': house,
  '0002-page-addresses': pageAddresses,
  '0003-one-index-of-the-ledger': oneIndexOfTheLedger,
};
