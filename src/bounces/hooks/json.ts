import { createHash } from 'node:crypto';
import { MOST_EVENTS, UnreadableHook } from './event.ts';

/** A JSON object that came from outside: each field may be missing or of another type. */
export type Json = Record<string, unknown>;

export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

/** The first of the values that is text, or a number as text. */
export function textOf(...values: unknown[]): string | undefined {
  for (const value of values) {
    // the database takes neither NUL nor half of a surrogate pair
    if (typeof value === 'string' && value !== '')
      return value.slice(0, 10_000).toWellFormed().replaceAll('\0', '\ufffd');
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Throws UnreadableHook for what is no JSON, or nested so deeply that it cannot be written again. */
export function parseJson(body: Buffer | string): unknown {
  try {
    const read: unknown = JSON.parse(body.toString());
    JSON.stringify(read);
    return read;
  } catch {
    throw new UnreadableHook();
  }
}

/** The objects of a body that is one or a list of them. Throws UnreadableHook where there are too many. */
export function objectsIn(body: unknown): Json[] {
  const all = Array.isArray(body) ? body : [body];
  if (all.length > MOST_EVENTS) throw new UnreadableHook();
  return all.map(objectOf);
}

/** `5.1.1`, where the text has one. */
export const statusIn = (text: string | undefined): string | undefined =>
  /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(text ?? '')?.[0];

/** `550`, where the text has one. */
export function codeIn(text: string | undefined): number | undefined {
  const code = /(?<![\d.])[45]\d\d(?![\d.])/.exec(text ?? '')?.[0];
  return code === undefined ? undefined : Number(code);
}

/** An id of an event whose provider gives it none: the same for the same event told again. */
export const idOf = (...parts: (string | undefined)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');
