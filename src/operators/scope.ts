import type { Scope } from '../database/scope.ts';

/**
 * The newsletters, by id, that an operator or a token is bound to: `null` where it is bound to none and reaches the
 * whole newsroom. What is outside of it is as if it were not there.
 */
export type { Scope } from '../database/scope.ts';

/** Whether a newsletter, by its id, is within a scope. */
export const inScope = (scope: Scope, newsletterId: string): boolean =>
  scope === null || scope.includes(newsletterId);

/** What was asked for is of a newsletter that the caller is not bound to: told as if it were not there. */
export class OutsideOfScope extends Error {
  override name = 'OutsideOfScope';
  constructor() {
    super('There is nothing here.');
  }
}

/** The caller is bound to some newsletters, and this is of the whole newsroom. */
export class WholeNewsroomNeeded extends Error {
  override name = 'WholeNewsroomNeeded';
  constructor(
    detail = 'This is of the whole newsroom, and you are bound to some of its newsletters.',
  ) {
    super(detail);
  }
}
