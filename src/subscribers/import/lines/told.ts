/** What a sentence of src/locales/<language>/imports.ts is filled with. */
export type Values = Record<string, string | number>;

/** Why a line is left out: a key below `reasons` in src/locales/<language>/imports.ts. */
export type ReasonCode =
  | 'address-empty'
  | 'address-long'
  | 'address-characters'
  | 'address-at'
  | 'address-local'
  | 'address-domain'
  | 'encoding'
  | 'quote'
  | 'cells'
  | 'delimiter'
  | 'long'
  | 'json'
  | 'state'
  | 'ignored'
  | 'consent-missing'
  | 'date'
  | 'date-ambiguous'
  | 'date-future'
  | 'newsletter-missing'
  | 'newsletter-other'
  | 'newsletter-unknown'
  | 'section-unknown'
  | 'name-long'
  | 'language'
  | 'timezone'
  | 'frequency'
  | 'hour'
  | 'edition_content'
  | 'consents'
  | 'suppressed'
  | 'unsubscribed-since'
  | 'newsletter-archived'
  // of an import by an earlier version: its sentence
  | 'told';

/** What had to be assumed of a file: a key below `notes` in src/locales/<language>/imports.ts. */
export type NoteCode =
  | 'encoding'
  | 'order-day'
  | 'order-month'
  | 'zoneless'
  | 'columns-ignored'
  | 'files-ignored'
  | 'names-ignored'
  | 'address-cleaned'
  | 'unsubscribed-now'
  | 'language-ignored'
  | 'timezone-ignored'
  | 'no-lines'
  | 'told';

/** Where something stands in a file. */
export interface Place {
  /** From 1 on, as an editor or a spreadsheet counts. */
  line: number;
  /** The file's name inside a ZIP. */
  file?: string;
  /**
   * How manieth record of the whole it is, from 1 on: of one line all that comes of it has the same, and the next one
   * more. What counts lines, or goes on behind one, goes by this.
   */
  nth: number;
}

/** A line that is left out, and why. */
export interface LeftOut extends Place {
  code: ReasonCode;
  values: Values;
}

/** Something that had to be assumed, or was not taken over. */
export interface Note {
  code: NoteCode;
  values: Values;
}

/** Notes by what they say, each once, with the `count` of the lines that gave cause. */
export class Notes {
  private readonly notes = new Map<string, { note: Note; count: number }>();

  /** Bound, to be handed on. */
  readonly add = (code: NoteCode, values: Values = {}): void => {
    const key = `${code} ${JSON.stringify(values)}`;
    const known = this.notes.get(key);
    if (known) known.count++;
    else this.notes.set(key, { note: { code, values }, count: 1 });
  };

  all(): Note[] {
    return [...this.notes.values()].map(({ note: { code, values }, count }) => {
      return { code, values: { ...values, count } };
    });
  }
}
