import type { Parser } from 'htmlparser2';

/** Ends a parser from within its callbacks; what was read until then stands. */
export class EndOfReading extends Error {}

/** Runs a parser to the end of the text, or to the EndOfReading that one of its callbacks throws. */
export function parse(parser: Parser, text: string): void {
  try {
    parser.end(text);
  } catch (error) {
    if (!(error instanceof EndOfReading)) throw error;
  }
}
