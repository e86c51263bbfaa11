import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';

/** The id in an address. Throws Problem 404. */
export function editionIdOf(param: unknown): string {
  const id = typeof param === 'string' ? readId(param) : undefined;
  if (id === undefined) throw new Problem(404, 'There is no such edition.');
  return id;
}
