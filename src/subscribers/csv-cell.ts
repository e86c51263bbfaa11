/** What a spreadsheet would run as a formula, with any ' that stands before it. */
const FORMULA = /^'*[=+\-@\t\r\n]/;

/**
 * Text as a cell of CSV: what a spreadsheet would run as a formula gets a ' before it, and so does text that looks like
 * one that got it, so that `fromCell` gives back what was there.
 */
export const asCell = (text: string | null): string | null =>
  text && FORMULA.test(text) ? `'${text}` : text;

/** The text of a cell, without the ' that `asCell` put before a formula. */
export const fromCell = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
