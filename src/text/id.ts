/** The form of an id in this database: a positive bigint in decimal, in one spelling, and short enough to be one. */
export const ID_FORM = /^[1-9]\d{0,17}$/;

/** The id in what came from outside; undefined where it cannot be one, so that PostgreSQL is never asked for it. */
export const readId = (text: unknown): string | undefined =>
  typeof text === 'string' && ID_FORM.test(text) ? text : undefined;
