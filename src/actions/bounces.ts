import { type BounceFilter, type ListedBounce, listBounces } from '../bounces/list.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import type { Role } from '../database/tables.ts';
import { maskAddress, maskAddressesIn } from '../mail/address.ts';
import { mayAct } from '../operators/roles.ts';

/** A page of what came back, as a role may see it: below admin addresses are masked, also those in a server's words. */
export async function showBounces(
  db: DbOrTransaction,
  { role, scope }: { role: Role; scope: Scope },
  asked: BounceFilter & { limit: number; after?: string | undefined },
): Promise<{ data: ListedBounce[]; next: string | null }> {
  const { data, next } = await listBounces(db, scope, asked);
  return { data: mayAct(role, 'admin') ? data : data.map(masked), next };
}

const masked = (one: ListedBounce): ListedBounce => ({
  ...one,
  email: one.email === null ? null : maskAddress(one.email),
  words: maskAddressesIn(one.words),
});
