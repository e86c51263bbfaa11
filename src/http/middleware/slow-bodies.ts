import type { Request, RequestHandler } from 'express';
import { Problem, sendProblem } from './problem.ts';

/** How long a body may take to arrive. */
export const BODY_MS = 60_000;

const timers = new WeakMap<Request, NodeJS.Timeout>();

/** Ends a request (408) whose body has not arrived in so many ms, so that slow senders hold no connections. */
export function limitBodyTime(ms: number): RequestHandler {
  return (req, res, next) => {
    if (!hasBody(req)) return next();
    const timer = setTimeout(() => {
      const problem = new Problem(408, 'The body took too long to arrive.', {
        headers: { Connection: 'close' },
      });
      // an answer may be on its way before the body was read
      if (!res.headersSent) sendProblem(req, res, problem);
      res.once('finish', () => req.destroy());
      if (res.writableFinished) req.destroy();
    }, ms).unref();
    timers.set(req, timer);
    const stop = () => clearTimeout(timer);
    req.once('end', stop).once('close', stop);
    next();
  };
}

/** Gives a request all the time it needs: for a file that somebody who may send it begins to send. */
export const allowSlowBody: RequestHandler = (req, _res, next) => {
  clearTimeout(timers.get(req));
  next();
};

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0;
