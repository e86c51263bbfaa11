import type { Request, Response } from 'express';
import type { Address } from '../../../mail/address.ts';
import { isDisposable } from '../../../mail/disposable-domains.ts';
import { meantDomain } from '../../../mail/domain-typos.ts';
import { Problem } from '../../middleware/problem.ts';
import { consentOf } from '../account/evidence.ts';
import type { PublicParts } from '../public-context.ts';
import type { Masthead } from '../site/masthead.ts';
import { consentIn } from './consent-wording.ts';
import { type SignUpInput, UnusableForm } from './input.ts';

/** Which door a sign-up came through, kept with the consent. */
export type Door = 'page' | 'embed' | 'site' | 'json';

/** A proof of work is needed before this sign-up is taken. */
export class ProofNeeded extends Error {
  /** True when one was sent and is no good: wrong, too old, or used before. */
  readonly tried: boolean;
  constructor(tried: boolean) {
    super('A proof of work is needed.');
    this.name = 'ProofNeeded';
    this.tried = tried;
  }
}

/**
 * Takes a sign-up that can be understood: writes it down and has the letter sent. The answer, and the time
 * it takes, are the same whether the address is new, known, active or suppressed.
 * Throws ProofNeeded, UnusableForm, Problem.
 */
export async function acceptSignUp(
  { context, gate, takeDown }: Pick<PublicParts, 'context' | 'gate' | 'takeDown'>,
  req: Request,
  input: SignUpInput,
  { door, language, masthead }: { door: Door; language: string; masthead: Masthead },
): Promise<void> {
  const { signUp } = masthead;
  if (signUp.refuseDisposable) refuseDisposable(input, door);
  const admission = await gate.admit(req.ip ?? '', input.address, input.proof, signUp);
  if (admission === 'prove') throw new ProofNeeded(input.proof !== null);
  if (admission === 'quiet') return;
  await takeDown({
    address: input.address,
    addressHash: context.hashAddress(input.address.key),
    name: input.name,
    language: input.language ?? language,
    timezone: input.timezone,
    newsletters: input.newsletters.map(({ id, slug, title, description, chosen }) => ({
      id,
      slug,
      title,
      description,
      sections: chosen,
    })),
    frequency: input.frequency,
    hour: input.hour,
    origin: siteOf(req, context.config.publicUrl),
    evidence: consentOf(req, door, consentIn(masthead, language)),
  });
}

function refuseDisposable(input: SignUpInput, door: Door): void {
  if (!isDisposable(input.address.domain)) return;
  if (door !== 'json') throw new UnusableForm('email', 'signUp.disposable');
  // Misspelt providers are among them: somebody lies in wait for their mail.
  const meant = meantDomain(input.address.domain);
  const detail = meant
    ? `Did you mean ${withDomain(input.address, meant)}?`
    : 'Addresses of throw-away services are not taken.';
  throw new Problem(422, 'The request is not valid: see errors.', {
    errors: [{ pointer: '/email', detail }],
  });
}

/** The address with the domain that was meant. */
export const withDomain = ({ email }: Address, domain: string): string =>
  `${email.slice(0, email.lastIndexOf('@'))}@${domain}`;

/** The site that the form stood on, as its visitors know it. */
function siteOf(req: Request, publicUrl: string): string {
  const origin = req.get('Origin');
  return new URL(origin && URL.canParse(origin) ? origin : publicUrl).host;
}

/** Tells caches and browsers that this answer depends on who asked, and keeps it nowhere. */
export function dontKeep(res: Response): void {
  res.set('Cache-Control', 'no-store');
}
