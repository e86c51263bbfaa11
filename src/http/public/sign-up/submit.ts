import type { Request } from 'express';
import { meantDomain } from '../../../mail/domain-typos.ts';
import type { PublicContext } from '../public-context.ts';
import type { Masthead } from '../site/masthead.ts';
import { languageOf } from '../site/page.ts';
import type { FormTrouble } from './form-view.ts';
import { readSignUpForm, UnusableForm } from './input.ts';
import { acceptSignUp, type FormKind, ProofNeeded, withDomain } from './sign-up.ts';

/** What became of a form: taken, or to be shown again with what is wrong. */
export type FormOutcome =
  | { taken: true; newsletters: Masthead['newsletters'] }
  | { taken: false; status: number; trouble: FormTrouble; proof: boolean };

/** Takes a sign-up form, whichever page it stood on. */
export async function submitForm(
  shared: PublicContext,
  req: Request,
  { form, masthead }: { form: FormKind; masthead: Masthead },
): Promise<FormOutcome> {
  const sent = (req.body ?? {}) as Record<string, unknown>;
  // A field that no person sees: whoever fills it in is told that all went well.
  if (sent.website) return { taken: true, newsletters: [] };

  // A button of the question about a slip carries the address that was meant: it is not asked about again.
  const meant = typeof sent.meant === 'string' && sent.meant ? sent.meant : undefined;
  const body = meant === undefined ? sent : { ...sent, email: meant, sure: meant };
  const again = (status: number, trouble: Omit<FormTrouble, 'body'>, proof = false) =>
    ({ taken: false, status, trouble: { body, ...trouble }, proof }) as const;
  try {
    const input = readSignUpForm(body, masthead.newsletters);
    const domain = body.sure === body.email ? null : meantDomain(input.address.domain);
    if (domain) {
      const slip = { typed: input.address.email, meant: withDomain(input.address, domain) };
      return again(422, { slip });
    }
    await acceptSignUp(shared, req, input, {
      form,
      language: languageOf(req),
      masthead,
    });
    return { taken: true, newsletters: input.newsletters };
  } catch (error) {
    if (error instanceof UnusableForm) return again(422, { error });
    if (error instanceof ProofNeeded) return again(429, { unproved: error.tried }, true);
    throw error;
  }
}
