import type { DbOrTransaction } from '../database/connection.ts';
import { readMailbox } from '../mail/mailbox.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';
import type { Tokens } from '../subscribers/tokens.ts';
import { type InboundAddress, readInboundAddress } from './inbound-address.ts';

/**
 * What an address that mail came to is for: one of ours with a token, one for complaints, or where a newsletter's readers
 * reply: its `replyTo`, or the address that it is from, at the domain that is ours. Undefined for every other one.
 */
export async function findInboundAddress(
  db: DbOrTransaction,
  address: string,
  domain: string,
  tokens: Tokens,
): Promise<InboundAddress | undefined> {
  const known = readInboundAddress(address, domain, tokens);
  if (known || !address.toLowerCase().endsWith(`@${domain}`)) return known;
  const newsletter = (await listNewsletters(db)).find(
    ({ replyTo, from }) => isSame(replyTo, address) || (!replyTo && isSame(from, address)),
  );
  return newsletter && { for: 'reply', newsletter: newsletter.id };
}

const isSame = (mailbox: string | null, address: string): boolean =>
  mailbox !== null && readMailbox(mailbox).address.toLowerCase() === address.toLowerCase();
