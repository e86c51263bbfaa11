import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Address } from '../mail/address.ts';

/** Somebody an operator or an import vouches for. */
export interface NamedPerson {
  address: Address;
  /** HMAC of the address' compared form. */
  addressHash: Buffer;
  /** Null, like language and time zone: what is known stays. */
  name: string | null;
  language: string | null;
  timezone: string | null;
}

/** `suppressed`: nothing was stored, and there is no id. */
export type Stored =
  | { id: string; outcome: 'added' | 'changed' | 'same' }
  | { id: null; outcome: 'suppressed' };

/**
 * Stores people by their addresses, with one statement: new ones are added, of known ones what is given is
 * changed, and a suppressed address is stored nowhere. The addresses must be different ones. Returns what
 * became of each, in the order given.
 */
export async function storeSubscribers(
  db: DbOrTransaction,
  people: NamedPerson[],
  now: Date,
): Promise<Stored[]> {
  const given = JSON.stringify(
    people.map(({ address, addressHash, ...person }, n) => ({
      ...person,
      n,
      email: address.email,
      key: address.key,
      hash: addressHash.toString('hex'),
      group: address.group,
    })),
  );
  const { rows } = await sql<Stored>`
    with given as materialized (
      select *, decode(hash, 'hex') as address_hash from jsonb_to_recordset(${given}::jsonb) as g(
        n int, email text, key text, hash text, "group" text, name text, language text, timezone text)
    ), judged as (
      select g.*, case
        when exists (select from suppressions x where x.address_hash = g.address_hash and not x.held)
          then 'suppressed'
        when s.id is null then 'added'
        when (coalesce(g.name, s.name), coalesce(g.language, s.language), coalesce(g.timezone, s.timezone))
          is distinct from (s.name, s.language, s.timezone) then 'changed'
        else 'same' end as outcome
      from given g left join subscribers s on s.email_key = g.key
    ), stored as (
      insert into subscribers as s (email, email_key, address_hash, receiver_group, name, language,
        timezone, created_at)
      select email, key, address_hash, "group", name, language, timezone, ${now}::timestamptz
      from judged where outcome <> 'suppressed' order by key
      on conflict (email_key) do update set name = coalesce(excluded.name, s.name),
        language = coalesce(excluded.language, s.language),
        timezone = coalesce(excluded.timezone, s.timezone)
      returning s.id, s.email_key
    )
    select stored.id, judged.outcome from judged left join stored on stored.email_key = judged.key
    order by judged.n`.execute(db);
  return rows;
}
