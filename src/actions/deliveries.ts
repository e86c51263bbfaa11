import type { DbOrTransaction } from '../database/connection.ts';
import type { Role } from '../database/tables.ts';
import {
  type Delivery,
  type DeliveryFilter,
  listDeliveries,
} from '../deliveries/list-deliveries.ts';
import { getEdition } from '../editions/editions.ts';
import { EditionNotFound } from '../editions/errors.ts';
import { maskAddress, maskAddressesIn } from '../mail/address.ts';
import type { Origin } from '../mail/message-id.ts';
import { mayAct } from '../operators/roles.ts';

/**
 * A page of an edition's ledger as a role may see it: below admin, addresses are masked, also those that relays quote,
 * and a search looks at no address. Throws EditionNotFound.
 */
export async function showDeliveries(
  db: DbOrTransaction,
  edition: string,
  role: Role,
  asked: DeliveryFilter & { limit: number; after?: string | undefined; origin: Origin },
): Promise<{ data: Delivery[]; next: string | null }> {
  if (!(await getEdition(db, edition))) throw new EditionNotFound(edition);
  const unmasked = mayAct(role, 'admin');
  const { data, next } = await listDeliveries(db, edition, { ...asked, byAddress: unmasked });
  return { data: unmasked ? data : data.map(masked), next };
}

const masked = (row: Delivery): Delivery => ({
  ...row,
  email: row.email === null ? null : maskAddress(row.email),
  answer: row.answer === null ? null : maskAddressesIn(row.answer),
});
