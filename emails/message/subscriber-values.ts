import type { Mailbox } from '../../src/mail/mailbox.ts';
import type { ReaderKey } from './placeholders.ts';

/** This reader's values cannot stand in a message; the others' can. */
export class Unaddressable extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Unaddressable';
  }
}

/** The few values in which one reader's message differs from the next one's. */
export interface ReaderValues {
  to: Mailbox;
  /** Without angle brackets. */
  messageId: string;
  date: Date;
  unsubscribeUrl: string;
  /** `mailto:desk@example.org?subject=unsubscribe%20TOKEN`. */
  unsubscribeMailto: string;
  preferencesUrl: string;
  maskedAddress: string;
}

/** A value of the body by its name; the name of a reader without one is empty. */
export function valueOf(values: ReaderValues, key: ReaderKey): string {
  return key === 'name' ? (values.to.name ?? '') : values[key];
}

// Anything but C0, DEL and C1; as \p{Cc} it takes three times as long, ten times a message.
const CONTROL = /[^ -~\u00a0-\uffff]/;

/** Throws Unaddressable for a value that holds a control character: a line break ends a header. */
export function refuseControl(value: string, what: string): string {
  if (CONTROL.test(value)) throw new Unaddressable(`The ${what} holds a control character`);
  return value;
}
