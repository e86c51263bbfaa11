import type { EditionState, Kind } from '../database/tables.ts';
import type { FieldError } from '../newsletters/errors.ts';

/** There is no edition of that id. */
export class EditionNotFound extends Error {
  constructor(id: string) {
    super(`There is no edition ${id.slice(0, 20)}.`);
    this.name = 'EditionNotFound';
  }
}

/** No article has come since the last edition of that kind, or none is left in this one. */
export class NothingNew extends Error {
  constructor(newsletter: string, kind: Kind) {
    const advice = kind === 'special' ? ' Choose its articles.' : '';
    super(`There is nothing new for the ${kind} edition of "${newsletter}".${advice}`);
    this.name = 'NothingNew';
  }
}

/** The edition is not in a state in which that can be done. */
export class EditionNotEditable extends Error {
  readonly state: EditionState;

  constructor(id: string, state: EditionState, needed: string) {
    super(`Edition ${id} is ${state}; ${needed}.`);
    this.name = 'EditionNotEditable';
    this.state = state;
  }
}

/** The edition is in a state from which this cannot be done. */
export class WrongEditionState extends Error {
  readonly state: EditionState;
  constructor(verb: string, state: EditionState, from: EditionState[]) {
    super(`This edition is ${state}: only one that is ${from.join(' or ')} can be ${verb}.`);
    this.name = 'WrongEditionState';
    this.state = state;
  }
}

/** Changes of an edition that cannot be: all that is wrong with them at once. */
export class InvalidEdition extends Error {
  readonly errors: FieldError[];

  constructor(errors: FieldError[]) {
    super(errors.map((error) => `${error.pointer}: ${error.detail}`).join('; '));
    this.name = 'InvalidEdition';
    this.errors = errors;
  }
}

/**
 * Checks that an edition without articles may be one: a special with an introduction, which is a letter from the
 * editor. Throws InvalidEdition.
 */
export function requireLetter(edition: {
  kind: Kind;
  introduction?: string | null | undefined;
}): void {
  if (edition.kind !== 'special')
    throw new InvalidEdition([{ pointer: '/articles', detail: 'keep at least one article' }]);
  if (!edition.introduction?.trim())
    throw new InvalidEdition([
      { pointer: '/introduction', detail: 'a special without articles needs an introduction' },
    ]);
}
