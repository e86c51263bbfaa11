import type { ErrorRequestHandler } from 'express';
import type { Context } from '../../context.ts';
import { RoleNeeded } from '../../operators/roles.ts';
import { WholeNewsroomNeeded } from '../../operators/scope.ts';
import { showPage, wordsFor } from './pages.ts';

/** Answers 403 to an operator whose role or newsletters do not allow what they asked for, and says what would. */
export function forbiddenPage(context: Context): ErrorRequestHandler {
  return (error, req, res, next) => {
    const bound = error instanceof WholeNewsroomNeeded;
    if (!(bound || error instanceof RoleNeeded) || req.accepts(['html', 'json']) !== 'html')
      return next(error);
    const { t } = wordsFor(req, res);
    return showPage(context, req, res, {
      view: 'forbidden.eta',
      title: t('forbidden.title'),
      status: 403,
      data: bound
        ? { bound }
        : { bound, yours: t(`roles.${error.role}`), needed: t(`roles.${error.least}`) },
    }).catch(next);
  };
}
