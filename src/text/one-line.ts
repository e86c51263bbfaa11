import { z } from 'zod';

/**
 * One line of clean text: control characters, the marks that reverse a line and broken surrogates gone
 * (PostgreSQL refuses NUL), white space collapsed. For what others wrote and cannot be asked again.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u200b\u202a-\u202e\ufeff\ufffe\uffff]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/**
 * Reads a text of one line that somebody enters here: a title, a subject, a name. It may stand in a header, so a line
 * break or a control character is refused, not repaired.
 */
export const lineSchema = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `at most ${most} characters`)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line, without control characters');

/** As `lineSchema`, and not empty. */
export const filledLineSchema = (most: number) => lineSchema(most).min(1, 'must not be empty');
