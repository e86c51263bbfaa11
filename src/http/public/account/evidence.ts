import type { Request } from 'express';
import type { Evidence } from '../../../subscribers/consent-evidence.ts';

/** Where a reader's act came from: the form, the network address, the browser. */
export function evidenceOf(req: Request, form: string): Evidence {
  return {
    originAddress: req.ip ?? null,
    userAgent: req.get('User-Agent')?.slice(0, 300) ?? null,
    form,
    wording: null,
    wordingVersion: null,
  };
}

/** The same for a consent, with the sentence that stood beside the button. */
export function consentOf(
  req: Request,
  form: string,
  { wording, version }: { wording: string; version: string },
): Evidence {
  return { ...evidenceOf(req, form), wording, wordingVersion: version };
}
