import type { Request, Response } from 'express';
import type { Problem } from '../../problems/problem.ts';

export { Problem, tryLater } from '../../problems/problem.ts';

/** Sends a problem as `application/problem+json`. */
export function sendProblem(req: Request, res: Response, problem: Problem): void {
  res
    .status(problem.status)
    .set(problem.headers)
    .set('Cache-Control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem.toDocument(`urn:uuid:${req.id}`)));
}
