/** What each kind of letter needs to be written. Times are ISO 8601; links are made when it is sent. */
export interface LetterContents {
  /** Asks the person behind an address whether they signed up. */
  confirmation: SignUpContent;
  /** Somebody signed up an address that has it all already. */
  notice: SignUpContent;
  welcome: { newsletters: NamedNewsletter[]; confirmedAt: string };
  /** To the new address, whether it is one. */
  address: { oldAddress: string; newAddress: string; askedAt: string };
  /** A fresh link to the page of the person's own data. */
  privacy: { askedAt: string };
  /** The last message after an erasure. */
  erased: { askedAt: string };
  invitation: Record<string, unknown>;
  draft: Record<string, unknown>;
}

export type LetterKind = keyof LetterContents;

export interface NamedNewsletter {
  slug: string;
  title: string;
}

/** The receipt of a sign-up: what was asked for, when, and where. */
interface SignUpContent {
  newsletters: NamedNewsletter[];
  askedAt: string;
  /** Which door, as in a consent's evidence. */
  form: string;
}
