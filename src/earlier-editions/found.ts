/** An edition as an export of another service has it. */
export interface FoundEdition {
  /** What it is called there; the same in every export, so that it comes along once. */
  key: string;
  title: string;
  /** BCP 47; null: it does not say. */
  language: string | null;
  /** Null: it does not say, and the day of the import is not it. */
  publishedAt: Date | null;
  /** As it was written there. */
  html: string;
  /** Where it was found, whole or from the root of its site; null where nothing says so. */
  address: string | null;
  /** A few lines for lists; null: the beginning of the text. */
  summary: string | null;
  /** Made for a mail program: its tables are layout. */
  isMail: boolean;
}

/** Something in an export that does not come along. */
export interface LeftOut {
  name: string;
  reason: LeftOutReason;
}

export const leftOutReasons = [
  'draft',
  'members',
  'empty',
  'undated',
  'large',
  'damaged',
  'twice',
  'many',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

/** A page may be so large; the largest mails are a tenth of it. */
export const LARGEST_PAGE = 2_000_000;
export const MOST_PAGES = 20_000;
/** What all files of an export may be together, unpacked. */
export const LARGEST_EXPORT = 1_000_000_000;
/** What has to be read whole: a JSON file, a feed, a list of posts. */
export const LARGEST_FILE = 200_000_000;

/** The file is none that editions can be read from. */
export class UnreadableArchive extends Error {
  readonly fault: 'unknown' | 'large' | 'zip' | 'json';
  constructor(fault: UnreadableArchive['fault'], message: string) {
    super(message);
    this.name = 'UnreadableArchive';
    this.fault = fault;
  }
}
