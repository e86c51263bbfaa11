import type { Imprint } from '../content.ts';

/** A newsletter as a letter names it. */
export interface NamedNewsletter {
  slug: string;
  title: string;
  /** In lines. */
  description: string;
}

/** One that the reader has, with the ways out of it. */
export interface SubscribedNewsletter extends NamedNewsletter {
  unsubscribeUrl: string;
  unsubscribeMailto: string;
}

/** When and on which site the request was made: the letter says so, in case someone else made it. */
interface Request {
  requestedAt: Date;
  origin: string;
}

/** What each kind of letter says. */
export interface LetterParts {
  /** The double opt-in. */
  confirmation: Request & {
    newsletters: NamedNewsletter[];
    confirmUrl: string;
    days: number;
  };
  welcome: {
    newsletters: (SubscribedNewsletter & {
      /** When its next edition is due for this reader; null if none is scheduled. */
      firstEditionAt: Date | null;
      /** Its newest edition on the web, to read meanwhile. */
      newest: { headline: string; url: string } | null;
      /** The newsroom's own words to new readers; empty: none. */
      welcome?: string;
    })[];
    preferencesUrl: string;
  };
  /** To a subscriber who signed up again. */
  notice: Request & {
    newsletters: SubscribedNewsletter[];
    preferencesUrl: string;
  };
  /** To a new address, before it replaces the old one. */
  address: { oldAddress: string; confirmUrl: string; hours: number };
  /** To the old address, after another took its place; `restoreUrl` takes that back. */
  moved: { newAddress: string; changedAt: Date; restoreUrl: string; days: number };
  /** The reader's links again, which the newsroom sends when it is asked for them. */
  links: {
    newsletters: SubscribedNewsletter[];
    preferencesUrl: string;
    requestedAt: Date;
  };
  /** Whether to go on, to a reader who gave no sign of life for long. */
  silent: { newsletters: SubscribedNewsletter[]; keepUrl: string; weeks: number };
  /** A fresh link to one's own data: export, erase, change of address. */
  access: { requestedAt: Date; url: string; hours: number };
  /** After erasure, the last one. */
  erased: { requestedAt: Date };
  /** To an operator; `inviter` null: the first one. */
  invitation: { inviter: string | null; role: Role; url: string; hours: number };
  /** To an operator who lost their password, or says so. */
  password: { url: string; hours: number };
  /** To the editors who want it. */
  draft: {
    newsletter: string;
    headline: string;
    articles: number;
    sendAt: Date;
    /** True if the edition is sent only by hand. */
    waits: boolean;
    url: string;
  };
  /** To whom it concerns: what needs a person, or no longer does. */
  alert: {
    items: AlertItem[];
    /** True: an operator chose it; else the address stands in ALERT_TO. */
    chosen: boolean;
    url: string;
  };
}

/** Something that needs a person, or that is over. */
export interface AlertItem {
  title: string;
  detail: string;
  fix: string;
  since: Date;
  over: Date | null;
}

export type Role = 'owner' | 'admin' | 'editor' | 'sender' | 'viewer';

export type LetterKind = keyof LetterParts;

/** A letter: its kind, what that kind says, and what all letters have. */
export type LetterContent = {
  [K in LetterKind]: {
    kind: K;
    parts: LetterParts[K];
    imprint: Imprint;
    language: string;
    timezone: string;
  };
}[LetterKind];

/** `html` and `text` have bare line feeds. */
export interface RenderedLetter {
  subject: string;
  html: string;
  text: string;
}
