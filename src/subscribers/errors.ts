import { translator } from '../locales/index.ts';

/** What is wrong with one field: a JSON pointer to it, and a sentence that says what to do. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** There is no subscriber of that id. */
export class SubscriberNotFound extends Error {
  constructor(id: string) {
    super(`There is no subscriber ${id.slice(0, 40)}.`);
    this.name = 'SubscriberNotFound';
  }
}

/** The person also reads newsletters that the caller is not bound to. */
export class SubscriberShared extends Error {
  constructor(id: string) {
    super(
      `Subscriber ${id.slice(0, 40)} also reads newsletters that you are not bound to: only the subscriptions to yours can be changed.`,
    );
    this.name = 'SubscriberShared';
  }
}

/** What was given about a subscriber cannot be: all that is wrong with it at once. */
export class InvalidSubscriber extends Error {
  readonly errors: FieldError[];
  constructor(errors: FieldError[]) {
    super(errors.map((error) => `${error.pointer}: ${error.detail}`).join('; '));
    this.name = 'InvalidSubscriber';
    this.errors = errors;
  }
}

/** Another subscriber has that address. */
export class AddressTaken extends Error {
  /** The id of that subscriber. */
  readonly existing: string;
  constructor(existing: string) {
    super('Another subscriber has this address already.');
    this.name = 'AddressTaken';
    this.existing = existing;
  }
}

/** The address is never mailed again. */
export class AddressSuppressed extends Error {
  constructor() {
    super('This address is suppressed: nothing is sent to it. Remove the suppression first.');
    this.name = 'AddressSuppressed';
  }
}

/** A suppression that was made by a complaint is not lifted. */
export class ComplaintStays extends Error {
  constructor() {
    super('An email to this address was reported as spam: this suppression is not removed.');
    this.name = 'ComplaintStays';
  }
}

/** Mail to the address came back: nothing is sent to it again without a word on why it should. */
export class ReasonNeeded extends Error {
  constructor() {
    super('Say why this address may be mailed again: mail to it came back.');
    this.name = 'ReasonNeeded';
  }
}

/** Nothing keeps mail from this address. */
export class SuppressionNotFound extends Error {
  constructor() {
    super('This address is not suppressed.');
    this.name = 'SuppressionNotFound';
  }
}

/** What is wrong with a file as a whole. */
type ImportFault =
  | 'columns'
  | 'twice'
  | 'map'
  | 'field'
  | 'state'
  | 'format'
  | 'consent'
  | 'array'
  | 'zip'
  | 'empty'
  | 'blank'
  | 'nested'
  | 'packed'
  | 'bomb'
  | 'encrypted'
  | `kind_${'xls' | 'gzip' | 'pdf' | '7z' | 'rar' | 'sqlite' | 'html' | 'image' | 'document' | 'binary'}`;

/** The file cannot be imported at all; a line that cannot is only left out. The message is that in English. */
export class InvalidImport extends Error {
  /** A key below `files` in src/locales/<language>/imports.ts, and what it is filled with. */
  readonly fault: ImportFault;
  readonly values: Record<string, string | number>;

  constructor(fault: ImportFault, values: InvalidImport['values'] = {}) {
    super(faultInWords({ fault, values }));
    this.name = 'InvalidImport';
    this.fault = fault;
    this.values = values;
  }
}

/** What is wrong with a file as a whole, and what to do about it. */
export const faultInWords = (
  { fault, values }: Pick<InvalidImport, 'fault' | 'values'>,
  language = 'en',
): string => translator(language, 'imports')(`files.${fault}`, values);

/** As many imports wait for their turn here as may. */
export class TooManyImports extends Error {
  constructor() {
    super('Too many imports wait for their turn: try again when one is done.');
    this.name = 'TooManyImports';
  }
}

/** There is no import of that id. */
export class ImportNotFound extends Error {
  constructor(id: string) {
    super(`There is no import ${id.slice(0, 40)}.`);
    this.name = 'ImportNotFound';
  }
}

/** The file is larger than a list may be. */
export class ListTooLarge extends Error {
  override name = 'ListTooLarge';
  constructor() {
    super('The file is larger than 4 GB: split it.');
  }
}

/** The disk has no room for a file that is to be imported. */
export class NoRoom extends Error {
  override name = 'NoRoom';
  constructor() {
    super('The disk of the server has no room for this file: make room, then send it again.');
  }
}

/** An import cannot be started, or stopped, in the state it is in. */
export class WrongImportState extends Error {
  override name = 'WrongImportState';
}
