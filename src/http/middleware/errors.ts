import type { ErrorRequestHandler, Request } from 'express';
import { toProblem } from '../../problems/to-problem.ts';
import type { Logger } from '../../process/log.ts';
import { errorPage } from './error-page.ts';
import { Problem, sendProblem } from './problem.ts';

function report(log: Logger, req: Request, problem: Problem): void {
  if (problem.status < 500) return;
  log.error({ request: req.id, status: problem.status, err: problem.cause ?? problem }, 'failed');
}

/** The error handler of the API: every error as problem+json. */
export function apiErrors({ log }: { log: Logger }): ErrorRequestHandler {
  return (error, req, res, next) => {
    const problem = toProblem(error, req.id);
    report(log, req, problem);
    if (res.headersSent) next(error);
    else sendProblem(req, res, problem);
  };
}

/**
 * The error handler of everything else: a plain page for a person, problem+json for a program (which sent JSON, or
 * asks for it).
 */
export function errorPages({
  log,
  config,
}: {
  log: Logger;
  config: { publicPath: string };
}): ErrorRequestHandler {
  return (error, req, res, next) => {
    const problem = toProblem(error, req.id);
    report(log, req, problem);
    if (res.headersSent) return next(error);
    const program =
      req.path.startsWith('/api/') ||
      Boolean(req.is('json')) ||
      req.accepts(['html', 'json']) === 'json';
    if (program) return sendProblem(req, res, problem);
    res
      .status(problem.status)
      .set(problem.headers)
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(errorPage(req, problem, config.publicPath));
  };
}

/** Answers 404 where no route matched. */
export function notFound(): never {
  throw new Problem(404, 'There is nothing at this address.');
}
