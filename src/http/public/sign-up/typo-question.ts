import type { Address } from '../../../mail/address.ts';
import { meantDomain } from '../../../mail/domain-typos.ts';
import { withDomain } from './sign-up.ts';

/** An address whose domain is one letter off from a large provider's, and the one that was probably meant. */
export interface Typo {
  typed: string;
  meant: string;
}

/** A form's fields as sent; a button of the question carries the address that was meant: it is not asked about again. */
export function answered(sent: Record<string, unknown>): Record<string, unknown> {
  const { meant } = sent;
  return typeof meant === 'string' && meant ? { ...sent, email: meant, sure: meant } : sent;
}

/** What to ask about an address before anything is sent to it; undefined where nothing is, or it was asked. */
export function typoIn(fields: Record<string, unknown>, address: Address): Typo | undefined {
  const domain = fields.sure === fields.email ? null : meantDomain(address.domain);
  return domain ? { typed: address.email, meant: withDomain(address, domain) } : undefined;
}
