import type { Request, Response } from 'express';
import { languageFor, languages, mailLanguages } from '../../../locales/index.ts';
import type { Address } from '../../../mail/address.ts';
import { isDisposable } from '../../../mail/disposable-domains.ts';
import { meantDomain } from '../../../mail/domain-typos.ts';
import { Problem } from '../../middleware/problem.ts';
import { requestOrigin } from '../../middleware/request-origin.ts';
import { consentOf } from '../account/evidence.ts';
import type { PublicContext } from '../public-context.ts';
import type { Masthead } from '../site/masthead.ts';
import { consentFor, consentIn } from './consent-wording.ts';
import { type SignUpInput, UnusableForm } from './input.ts';
import { originsOf } from './origins.ts';

/** Which form a sign-up came through, recorded with the consent. */
export type FormKind = 'page' | 'embed' | 'site' | 'json';

/** A proof of work is needed before this sign-up is taken. */
export class ProofNeeded extends Error {
  /** True when the one sent was invalid: wrong, expired or already used. */
  readonly tried: boolean;
  /** Seconds after which a try without a proof makes sense. */
  readonly retryAfter: number;
  constructor(tried: boolean, retryAfter: number) {
    super('A proof of work is needed.');
    this.name = 'ProofNeeded';
    this.tried = tried;
    this.retryAfter = retryAfter;
  }
}

/**
 * Accepts a valid sign-up: records it and has its letter sent. The answer, and the time
 * it takes, are the same whether the address is new, known, active or suppressed.
 * Throws ProofNeeded, UnusableForm, Problem.
 */
export async function acceptSignUp(
  { context, limits, recordSignUp }: Pick<PublicContext, 'context' | 'limits' | 'recordSignUp'>,
  req: Request,
  input: SignUpInput,
  {
    form,
    language,
    masthead,
    only = false,
  }: { form: FormKind; language: string; masthead: Masthead; only?: boolean },
): Promise<void> {
  const { signUp } = masthead;
  if (signUp.refuseDisposable) refuseDisposable(input, form);
  const admission = await limits.admit(req.ip ?? '', input.address, input.proof, signUp);
  if (admission.decision === 'prove')
    throw new ProofNeeded(input.proof !== null, admission.retryAfter);
  if (admission.decision === 'ignore') return;
  await recordSignUp({
    address: input.address,
    addressHash: context.hashAddress(input.address.key),
    name: input.name,
    language: input.language ?? emailsIn(input.newsletters) ?? language,
    timezone: input.timezone,
    newsletters: input.newsletters.map(
      ({ id, slug, title, description, chosen, ...newsletter }) => {
        const own = { ...newsletter, title };
        const { wording, version } = consentFor(masthead, own, language, only);
        return { id, slug, title, description, sections: chosen, wording, wordingVersion: version };
      },
    ),
    frequency: input.frequency,
    hour: input.hour,
    origin: siteOf(req, input.newsletters, context.config.publicUrl),
    evidence: consentOf(req, form, consentIn(masthead, language)),
  });
}

/** The newsletters' own language, where emails are written in it and no page could be; else undefined. */
function emailsIn(newsletters: Masthead['newsletters']): string | undefined {
  const [own, ...others] = new Set(
    newsletters.map(({ language }) => languageFor(language, mailLanguages)),
  );
  return own && others.length === 0 && !languages.includes(own) ? own : undefined;
}

function refuseDisposable(input: SignUpInput, form: FormKind): void {
  if (!isDisposable(input.address.domain)) return;
  if (form !== 'json') throw new UnusableForm('email', 'signUp.disposable');
  // The list includes misspelt providers, whose owners collect the email sent to them.
  const meant = meantDomain(input.address.domain);
  const detail = meant
    ? `Did you mean ${withDomain(input.address, meant)}?`
    : 'We do not accept disposable addresses.';
  throw new Problem(422, 'The request is not valid: see errors.', {
    errors: [{ pointer: '/email', detail }],
  });
}

/** The address with the domain that was meant. */
export const withDomain = ({ email }: Address, domain: string): string =>
  `${email.slice(0, email.lastIndexOf('@'))}@${domain}`;

/**
 * The site the confirmation names as the one the form stood on: a site of one of the newsletters asked for,
 * else this one. Anybody can send another in the header, and mail programs make a link of it.
 */
function siteOf(req: Request, newsletters: Masthead['newsletters'], publicUrl: string): string {
  const origin = requestOrigin(req);
  const known = origin !== undefined && originsOf(newsletters).includes(origin);
  return new URL(known ? origin : publicUrl).host;
}

/** Forbids caches and browsers to store the answer. */
export function noStore(res: Response): void {
  res.set('Cache-Control', 'no-store');
}
