import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Context } from '../../context.ts';
import { meantDomain } from '../../subscribers/slips.ts';
import { formBody } from '../middleware/bodies.ts';
import { Problem } from '../middleware/problem.ts';
import type { Masthead } from './newsroom.ts';
import { languageOf, type Show, words } from './page.ts';
import { acceptSignUp, dontKeep } from './sign-up.ts';
import { formView } from './sign-up-form.ts';
import { readSignUpForm, readSignUpJson, UnusableForm } from './sign-up-input.ts';

/** The sign-up page, and the two doors that it and other programs come through. */
export function frontRoutes(
  context: Context,
  show: Show,
  masthead: () => Promise<Masthead>,
): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const language = languageOf(req);
    const data = formView(await masthead(), language, {
      action: '/subscribe',
      full: true,
      proof: false,
    });
    const title = words(language)('signUp.title');
    await show(req, res, { view: './sign-up', title, language, here: '/', data });
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
    await acceptSignUp(context, req, input, { door: 'json', language, masthead: head });
    const meant = meantDomain(input.address.domain);
    res.status(202).json({
      status: 'pending',
      ...(meant ? { suggestion: withDomain(input.address.email, meant) } : {}),
    });
  }

  async function subscribeForm(req: Request, res: Response) {
    const head = await masthead();
    const language = languageOf(req);
    dontKeep(res);
    const done = () => res.redirect(303, `/subscribed?lang=${language}`);
    // A field that no person sees: whoever fills it in is told that all went well.
    if (req.body?.website) return done();
    const again = (status: number, trouble: { error?: UnusableForm; slip?: Slip }) =>
      show(req, res, {
        view: './sign-up',
        title: words(language)('signUp.title'),
        language,
        status,
        here: '/',
        data: formView(
          head,
          language,
          { action: '/subscribe', full: true, proof: false },
          { body: req.body, ...trouble },
        ),
      });
    try {
      // A button of the question about a slip carries the address that was meant.
      const meant: unknown = req.body?.meant;
      const body = typeof meant === 'string' && meant ? { ...req.body, email: meant } : req.body;
      const input = readSignUpForm(body, head.newsletters);
      const domain = body === req.body ? meantDomain(input.address.domain) : null;
      if (domain) {
        const typed = input.address.email;
        return await again(422, { slip: { typed, meant: withDomain(typed, domain) } });
      }
      await acceptSignUp(context, req, input, { door: 'page', language, masthead: head });
      done();
    } catch (error) {
      if (!(error instanceof UnusableForm)) throw error;
      await again(422, { error });
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

interface Slip {
  typed: string;
  meant: string;
}

const withDomain = (email: string, domain: string) =>
  `${email.slice(0, email.lastIndexOf('@'))}@${domain}`;
