import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { meantDomain } from '../../../mail/domain-typos.ts';
import { formBody } from '../../middleware/bodies.ts';
import { Problem } from '../../middleware/problem.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf } from '../site/page.ts';
import type { FormTrouble } from './form-view.ts';
import { readSignUpJson } from './input.ts';
import { allowOrigins, isFromOtherSite, redirectOf } from './origins.ts';
import { openReceipts } from './receipt.ts';
import { acceptSignUp, noStore, ProofNeeded, withDomain } from './sign-up.ts';
import { submitForm } from './submit.ts';

/** Shows the sign-up page, with what was wrong. */
export type ShowForm = (
  req: Request,
  res: Response,
  status: number,
  trouble: FormTrouble,
  proof?: boolean,
) => Promise<void>;

/** The routes of the sign-up: a form, of this page or of the newsroom's site, and JSON. */
export function subscribeRoutes(shared: PublicContext, showForm: ShowForm): Router {
  const { context, limits, masthead } = shared;
  const { publicUrl } = context.config;
  const receipts = openReceipts(context);
  const router = Router();
  router.use(['/subscribe', '/challenge'], allowOrigins(masthead));

  router.get('/challenge', async (_req, res) => {
    noStore(res);
    res.json(await limits.proofs.challenge());
  });

  router.post('/subscribe', eitherBody, async (req: Request, res: Response) => {
    noStore(res);
    if (isJson(req)) await subscribeJson(req, res);
    else await subscribeForm(req, res);
  });

  async function subscribeJson(req: Request, res: Response) {
    const head = await masthead();
    const input = readSignUpJson(req.body, head.newsletters);
    const language = languageOf(req, input.language);
    try {
      await acceptSignUp(shared, req, input, { form: 'json', language, masthead: head });
    } catch (error) {
      if (error instanceof ProofNeeded) throw proofProblem(error);
      throw error;
    }
    const meant = meantDomain(input.address.domain);
    res.status(202).json({
      status: 'pending',
      ...(meant ? { suggestion: withDomain(input.address, meant) } : {}),
    });
  }

  async function subscribeForm(req: Request, res: Response) {
    const form = isFromOtherSite(req, publicUrl) ? 'site' : 'page';
    const outcome = await submitForm(shared, req, { form, masthead: await masthead() });
    if (!outcome.taken) return showForm(req, res, outcome.status, outcome.trouble, outcome.proof);
    const back = redirectOf(req.body, outcome.newsletters);
    const page = `/subscribed?lang=${languageOf(req)}&to=${receipts.seal(outcome.fields)}`;
    res.redirect(303, back ?? page);
  }
  return router;
}

const isJson = (req: Request) => Boolean(req.is(['application/json', 'application/*+json']));

/** A form or JSON, of at most 64 kB; anything else is 415. */
const eitherBody: RequestHandler[] = [
  (req, _res, next) => {
    if (!isJson(req) && !req.is('application/x-www-form-urlencoded'))
      throw new Problem(415, 'Send a form (application/x-www-form-urlencoded) or JSON.');
    next();
  },
  express.json({ limit: '64kb', strict: false, type: ['application/json', 'application/*+json'] }),
  formBody,
];

function proofProblem({ tried, retryAfter }: ProofNeeded): Problem {
  const why = tried
    ? 'The proof of work is wrong, too old, or used before.'
    : 'This sign-up needs a proof of work.';
  return new Problem(
    429,
    `${why} Solve a challenge of GET /challenge (ALTCHA) and send its payload as "altcha", or wait.`,
    { type: 'urn:gaceta:proof-needed', headers: { 'Retry-After': String(Math.ceil(retryAfter)) } },
  );
}
