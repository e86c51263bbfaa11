import { hash } from 'node:crypto';
import type { Context } from '../../../context.ts';
import type { Address } from '../../../mail/address.ts';
import { mailboxOf } from '../../../mail/canonical-mailbox.ts';
import type { SignUpSettings } from '../../../subscribers/sign-up-settings.ts';
import { networkOf } from '../../middleware/client-address.ts';
import { tryLater } from '../../middleware/problem.ts';
import { openProofs, type Proofs } from '../sign-up/proof-of-work.ts';
import { openCounters } from './counters.ts';

/**
 * `record`: write the sign-up down. `ignore`: this mailbox has had its share today; answer as always and send
 * nothing. `prove`: a proof of work is needed first; `retryAfter` seconds without one.
 */
export type Admission =
  | { decision: 'record' }
  | { decision: 'ignore' }
  | { decision: 'prove'; retryAfter: number };

/** Keeps the sign-up form from being used to flood an inbox, and from being blocked for everyone else. */
export interface SignUpLimits {
  proofs: Proofs;
  /** Throws Problem 429 for an origin that has to wait even with a proof. */
  admit(
    origin: string,
    address: Address,
    proof: string | null,
    settings: SignUpSettings,
  ): Promise<Admission>;
}

const HOUR = 3600;
const PROVE_OR_WAIT = 600;
const WAIT = 'Too many sign-ups at this moment: wait, then try again.';

/**
 * Opens the limits; their counts hold across all processes. The origin is counted first, and one that is over
 * its limit is counted nowhere else. Domain, mailbox and total count only sign-ups that are admitted, so that
 * refused requests cost other readers nothing.
 */
export function openSignUpLimits(context: Context): SignUpLimits {
  const openCounter = openCounters(context);
  const origins = openCounter('signup-origin', HOUR / 6);
  const mailboxes = openCounter('signup-mailbox', 24 * HOUR);
  const domains = openCounter('signup-domain', HOUR);
  const all = openCounter('signup-all', HOUR);
  const proofs = openProofs(context.secrets[0] ?? '', openCounter('signup-proof', HOUR));

  // Counters store no addresses, and without the secret their keys cannot be guessed.
  const hashed = (text: string) => hash('sha256', `${context.secrets[0]}:${text}`, 'base64url');

  return {
    proofs,
    async admit(origin, address, proof, settings) {
      const fromHere = await origins.add(hashed(networkOf(origin)));
      if (fromHere.count > settings.perOrigin[1]) throw tryLater(429, fromHere.msLeft / 1000, WAIT);
      const proved = proof !== null && (await proofs.accepts(proof));
      if (!proved && (fromHere.count > settings.perOrigin[0] || settings.proof === 'always'))
        return { decision: 'prove', retryAfter: PROVE_OR_WAIT };

      const large = address.group !== 'rest';
      const domain = large ? address.group : hashed(address.domain);
      const [forDomain, inAll] = await Promise.all([domains.add(domain), all.add('all')]);
      const uncount = () => Promise.all([domains.takeBack(domain), all.takeBack('all')]);
      const unusual =
        forDomain.count > (large ? settings.perProvider : settings.perDomain) ||
        inAll.count > settings.inAll[0];
      if (unusual && !proved) {
        await uncount();
        const full = inAll.count > settings.inAll[1];
        return { decision: 'prove', retryAfter: full ? inAll.msLeft / 1000 : PROVE_OR_WAIT };
      }

      const mailbox = hashed(mailboxOf(address));
      const forMailbox = await mailboxes.add(mailbox);
      if (forMailbox.count <= settings.perMailbox) return { decision: 'record' };
      await Promise.all([uncount(), mailboxes.takeBack(mailbox)]);
      return { decision: 'ignore' };
    },
  };
}
