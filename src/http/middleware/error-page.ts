import type { Request } from 'express';
import { closestLanguage, languages, translator } from '../../locales/index.ts';
import { openTemplates } from '../templates.ts';
import type { Problem } from './problem.ts';

const told = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503];

/** The plain page that a person sees for a problem, in their browser's language. Nothing of the request is shown. */
export function errorPage(req: Request, problem: Problem, publicPath: string): string {
  const language = closestLanguage(req.acceptsLanguages([...languages]) || 'en');
  const t = translator(language, 'errors');
  const status = told.includes(problem.status) ? problem.status : problem.status < 500 ? 400 : 500;
  return openTemplates('', publicPath).render('error.eta', {
    language,
    status: problem.status,
    title: t(`${status}.title`),
    text: t(`${status}.text`),
    reference: t('reference'),
    home: t('home'),
    id: req.id,
  });
}
