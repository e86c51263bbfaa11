import type { Format, Layout, Role } from '../database/tables.ts';

/** What each kind of letter needs to be written. Times are ISO 8601; links are made when it is sent. */
export interface LetterContents {
  /** Asks the person behind an address whether they signed up. */
  confirmation: SignUpContent;
  /** Somebody signed up an address that has it all already. */
  notice: SignUpContent;
  welcome: { newsletters: NamedNewsletter[]; confirmedAt: string };
  /** To the new address, whether it is one. */
  address: { oldAddress: string; requestedAt: string };
  /** To the old address, that another has taken its place. */
  moved: { newAddress: string; changedAt: string };
  /** Their own links again, at an operator's hand. */
  links: { newsletters: NamedNewsletter[]; requestedAt: string };
  /** To a reader who gave no sign of life for long: whether to go on. Without an answer they rest. */
  silent: { newsletters: NamedNewsletter[]; weeks: number };
  /** A fresh link to the page of the person's own data. */
  privacy: { requestedAt: string };
  /** The last message after an erasure. */
  erased: { requestedAt: string };
  /** To an operator who has no password yet. */
  invitation: { operatorId: string; inviter: string | null; role: Role };
  /** To an operator who lost their password. */
  password: { operatorId: string };
  /** To an editor who wants to know that a draft waits to be read. */
  draft: {
    edition: string;
    newsletter: string;
    headline: string;
    articles: number;
    sendAt: string;
    /** True if it goes only by hand. */
    waits: boolean;
  };
  /** What a reader wrote to the newsroom, to one of its people. */
  reply: { reply: string };
  /** An edition as a reader with these choices would get it, to an operator. */
  test: {
    edition: string;
    language: string | null;
    sections: string[] | null;
    format?: Format | undefined;
    layout?: Layout | undefined;
  };
}

export type LetterKind = keyof LetterContents;

export interface NamedNewsletter {
  slug: string;
  title: string;
  description: string;
}

/** What was asked for at a sign-up, when, and where. */
interface SignUpContent {
  newsletters: NamedNewsletter[];
  requestedAt: string;
  /** The site that the form stood on, as a person calls it: `news.example.org`. */
  origin: string;
}
