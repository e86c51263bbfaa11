import type { Request } from 'express';
import { ID_FORM } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';

/** The page of a reader. */
export const pageOf = (id: string) => `/console/readers/${id}`;

/** The id in the address. Throws Problem 404 where it cannot be one. */
export function readerId(req: Request): string {
  const { id } = req.params;
  if (typeof id !== 'string' || !ID_FORM.test(id))
    throw new Problem(404, 'There is no such subscriber.');
  return id;
}
