import type { Response } from 'express';
import type { By } from '../../../actions/operators.ts';
import { actorOf, roleOf, scopeOf } from '../../middleware/roles.ts';

/** Who changes somebody, and how far they reach. */
export const byOf = (res: Response): By => ({
  actor: actorOf(res),
  role: roleOf(res),
  scope: scopeOf(res),
});
