import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { meantDomain } from '../../subscribers/slips.ts';
import { formBody } from '../middleware/bodies.ts';
import { Problem } from '../middleware/problem.ts';
import { editionView } from './edition-view.ts';
import { keptFor } from './kept.ts';
import { newestEdition } from './newest.ts';
import { languageOf, words } from './page.ts';
import type { PublicParts } from './parts.ts';
import { acceptSignUp, dontKeep, ProofNeeded, withDomain } from './sign-up.ts';
import { type FormTrouble, formView } from './sign-up-form.ts';
import { readSignUpForm, readSignUpJson, UnusableForm } from './sign-up-input.ts';

/** The sign-up page, and the two doors that it and other programs come through. */
export function frontRoutes({ context, gate, show, masthead }: PublicParts): Router {
  const router = Router();

  const newest = keptFor(30_000, () => newestEdition(context, masthead));

  router.get('/', async (req, res) => {
    await showForm(req, res, 200, { body: {} });
  });

  /** The form, with what was wrong with it, beside the newest edition. */
  async function showForm(
    req: Request,
    res: Response,
    status: number,
    trouble: FormTrouble,
    proof = false,
  ) {
    const language = languageOf(req);
    const head = await masthead();
    const t = words(language);
    const form = { action: '/subscribe', full: true, proof };
    const edition = await newest();
    await show(req, res, {
      view: './sign-up',
      title: t('signUp.title'),
      language,
      status,
      here: '/',
      data: {
        wide: true,
        ...formView(head, language, form, trouble),
        newest: edition && {
          ...edition,
          view: editionView(edition.edition, language, {
            newsroom: head.newsroom,
            publicUrl: context.config.publicUrl,
          }),
        },
        meta: {
          canonical: `${context.config.publicUrl}/`,
          description: t('signUp.lead'),
        },
      },
    });
  }

  router.get('/challenge', async (_req, res) => {
    dontKeep(res);
    res.json(await gate.proofs.challenge());
  });

  router.get('/subscribed', async (req, res) => {
    const language = languageOf(req);
    const t = words(language);
    await show(req, res, {
      view: './message',
      title: t('subscribed.title'),
      language,
      here: '/subscribed',
      data: {
        noindex: true,
        texts: [t('subscribed.text'), t('subscribed.late')],
        links: [{ href: `/?lang=${language}`, label: t('subscribed.back') }],
      },
    });
  });

  router.post('/subscribe', eitherBody, (req: Request, res: Response) =>
    isJson(req) ? subscribeJson(req, res) : subscribeForm(req, res),
  );

  async function subscribeJson(req: Request, res: Response) {
    const head = await masthead();
    const input = readSignUpJson(req.body, head.newsletters);
    const language = languageOf(req, input.language);
    dontKeep(res);
    try {
      await acceptSignUp({ context, gate }, req, input, {
        door: 'json',
        language,
        masthead: head,
      });
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
    const head = await masthead();
    const language = languageOf(req);
    dontKeep(res);
    const done = () => res.redirect(303, `/subscribed?lang=${language}`);
    // A field that no person sees: whoever fills it in is told that all went well.
    if (req.body?.website) return done();
    // A button of the question about a slip carries the address that was meant.
    const meant: unknown = req.body?.meant;
    const body = typeof meant === 'string' && meant ? { ...req.body, email: meant } : req.body;
    try {
      const input = readSignUpForm(body, head.newsletters);
      const domain = body === req.body ? meantDomain(input.address.domain) : null;
      if (domain) {
        const typed = input.address.email;
        return await showForm(req, res, 422, {
          body,
          slip: { typed, meant: withDomain(input.address, domain) },
        });
      }
      await acceptSignUp({ context, gate }, req, input, { door: 'page', language, masthead: head });
      done();
    } catch (error) {
      if (error instanceof UnusableForm) return showForm(req, res, 422, { body, error });
      if (error instanceof ProofNeeded)
        return showForm(req, res, 429, { body, unproved: error.tried }, true);
      throw error;
    }
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

function proofProblem({ tried }: ProofNeeded): Problem {
  return new Problem(
    429,
    `${tried ? 'The proof of work is wrong, too old, or used before.' : 'The rate of sign-ups is unusual.'} Solve a challenge of GET /challenge (ALTCHA) and send the payload as "altcha", or wait.`,
    { type: 'urn:gaceta:proof-needed', headers: { 'Retry-After': '600' } },
  );
}
