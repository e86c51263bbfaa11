import { hash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Context } from '../../../context.ts';
import type { Address } from '../../../mail/address.ts';
import { mailboxOf } from '../../../mail/canonical-mailbox.ts';
import type { SignUpSettings } from '../../../subscribers/sign-up-settings.ts';
import { tryLater } from '../../middleware/problem.ts';
import { openProofs, type Proofs } from '../sign-up/proof-of-work.ts';
import { openCounters } from './counters.ts';

/**
 * `go`: write it down. `quiet`: this mailbox had its share today; answer as always, and send nothing.
 * `prove`: the rate is unusual, a proof of work is needed first.
 */
export type Admission = 'go' | 'quiet' | 'prove';

/** Keeps the sign-up from being a weapon. */
export interface Gate {
  proofs: Proofs;
  /** Throws Problem 429 for who has to wait whatever they prove. */
  admit(
    origin: string,
    address: Address,
    proof: string | null,
    settings: SignUpSettings,
  ): Promise<Admission>;
}

const HOUR = 3600;
const WAIT = 'Too many sign-ups at this moment: wait, then try again.';

/** Opens the gate; its counts hold across all processes. */
export function openGate(context: Context): Gate {
  const openCounter = openCounters(context);
  const origins = openCounter('signup-origin', HOUR / 6);
  const mailboxes = openCounter('signup-mailbox', 24 * HOUR);
  const domains = openCounter('signup-domain', HOUR);
  const all = openCounter('signup-all', HOUR);
  const proofs = openProofs(context.secrets[0] ?? '', openCounter('signup-proof', HOUR));

  // Counters know no address, and nobody can try out addresses on them without the secret.
  const hashed = (text: string) => hash('sha256', `${context.secrets[0]}:${text}`, 'base64url');

  return {
    proofs,
    async admit(origin, address, proof, settings) {
      const large = address.group !== 'rest';
      const domain = large ? address.group : hashed(address.domain);
      // All at once and not one after the other: they go into one statement.
      const [fromHere, forMailbox, forDomain, inAll] = await Promise.all([
        origins.add(hashed(networkOf(origin))),
        mailboxes.add(hashed(mailboxOf(address))),
        domains.add(domain),
        all.add('all'),
      ]);
      if (fromHere.count > settings.perOrigin[1]) throw tryLater(429, fromHere.msLeft / 1000, WAIT);
      const proved = proof !== null && (await proofs.accepts(proof));
      if (fromHere.count > settings.perOrigin[0] && !proved) return 'prove';
      if (forMailbox.count > settings.perMailbox) {
        // A flood for one mailbox must not make it harder for everybody.
        await Promise.all([domains.takeBack(domain), all.takeBack('all')]);
        return 'quiet';
      }
      if (inAll.count > settings.inAll[1]) throw tryLater(429, inAll.msLeft / 1000, WAIT);
      const unusual =
        forDomain.count > (large ? settings.perProvider : settings.perDomain) ||
        inAll.count > settings.inAll[0] ||
        settings.proof === 'always';
      return unusual && !proved ? 'prove' : 'go';
    },
  };
}

/** Whoever has one IPv6 address has the other 2^64 of its network too. */
export function networkOf(origin: string): string {
  if (!ipaddr.isValid(origin)) return origin;
  const parsed = ipaddr.process(origin);
  return parsed.kind() === 'ipv6' ? parsed.toByteArray().slice(0, 8).join('.') : parsed.toString();
}
