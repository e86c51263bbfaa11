import type { Request } from 'express';
import type { PublicContext } from '../public-context.ts';
import type { Masthead } from '../site/masthead.ts';
import { languageOf } from '../site/page.ts';
import type { FormTrouble } from './form-view.ts';
import { readSignUpForm, UnusableForm } from './input.ts';
import { acceptSignUp, type FormKind, ProofNeeded } from './sign-up.ts';
import { answered, typoIn } from './typo-question.ts';

/** The result of a form: accepted, or shown again with its errors. */
export type FormOutcome =
  | { taken: true; newsletters: Masthead['newsletters']; fields: Record<string, unknown> }
  | { taken: false; status: number; trouble: FormTrouble; proof: boolean };

/** Takes a sign-up form, whichever page it stood on. */
export async function submitForm(
  shared: PublicContext,
  req: Request,
  { form, masthead }: { form: FormKind; masthead: Masthead },
): Promise<FormOutcome> {
  const sent = (req.body ?? {}) as Record<string, unknown>;
  // A field that readers do not see: a bot that fills it in is told that all went well.
  if (sent.website) return { taken: true, newsletters: [], fields: sent };

  const body = answered(sent);
  const again = (status: number, trouble: Omit<FormTrouble, 'body'>, proof = false) =>
    ({ taken: false, status, trouble: { body, ...trouble }, proof }) as const;
  try {
    const input = readSignUpForm(body, masthead.newsletters);
    const typo = typoIn(body, input.address);
    if (typo) return again(422, { typo });
    await acceptSignUp(shared, req, input, {
      form,
      language: languageOf(req),
      masthead,
      // what the form said of itself: its text named the newsletter
      only: sent.only === '1' && input.newsletters.length === 1,
    });
    return { taken: true, newsletters: input.newsletters, fields: body };
  } catch (error) {
    if (error instanceof UnusableForm) return again(422, { error });
    if (error instanceof ProofNeeded) return again(429, { unproved: error.tried }, true);
    throw error;
  }
}
