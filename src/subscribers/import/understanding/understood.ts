import { csvColumns } from '../../csv-columns.ts';
import type { Note, ReasonCode, Values } from '../lines/told.ts';
import type { DateOrder } from './dates.ts';

/** The houses whose exports are known, and Gaceta's own. */
export const formats = [
  'gaceta',
  'mailchimp',
  'substack',
  'ghost',
  'listmonk',
  'beehiiv',
  'buttondown',
  'keila',
  'mailtrain',
  'phplist',
  'sendy',
] as const;
export type Format = (typeof formats)[number];

/** What a value in the column of states may mean; `ignore`: a line with it is left out. */
export const listStates = [
  'active',
  'pending',
  'unsubscribed',
  'bounced',
  'complained',
  'ignore',
] as const;
export type ListState = (typeof listStates)[number];

/** What a column may hold. */
export const fields = [
  ...csvColumns,
  'first_name',
  'last_name',
  /** Words of which those that are the slug or title of a section or newsletter count. */
  'tags',
  /** When, and from which address of the net, somebody asked for it, and confirmed. */
  'requested_at',
  'requested_ip',
  'confirmed_ip',
  /** Yes or no, or a time: that it was confirmed, ended, or never begun; that mail bounces, or was reported as spam. */
  'confirmed',
  'subscribed',
  'unsubscribed',
  'bounced',
  'complained',
] as const;
export type Field = (typeof fields)[number];

/** What whoever brings a file says about it. */
export interface ListOptions {
  /** What the file is called: of some houses it says what all its lines are. */
  fileName?: string | undefined;
  /** Else what the header looks like. */
  format?: Format | undefined;
  /** Fields of columns by their titles, before what is known of them; '': the column is ignored. */
  map?: Record<string, Field | ''> | undefined;
  /** What the values in the column of states mean, before what is known of them. */
  states?: Record<string, ListState> | undefined;
  /** Where and when those agreed of whose consent the file itself says nothing: the operator's statement. */
  consent?: { source: string; at: string } | undefined;
}

/** One of the 20 first lines as it would be imported. */
export interface Sample {
  line: number;
  file: string | null;
  email: string;
  name: string | null;
  /** Null: it is left out, for `reason`. */
  state:
    | 'active'
    | 'pending'
    | 'unsubscribed'
    | 'bounced'
    | 'complained'
    | 'blocked'
    | 'none'
    | null;
  consentAt: string | null;
  reason: { code: ReasonCode; values: Values } | null;
}

/** What was understood of a file from its beginning: JSON, to be stored with the import. */
export interface Understood {
  container: 'csv' | 'xlsx' | 'zip' | 'jsonl';
  format: Format | 'other';
  /** The tables in it, one but for a ZIP. */
  files: {
    /** Its name inside a ZIP. */
    name: string | null;
    kind: 'csv' | 'xlsx' | 'jsonl';
    encoding: string | null;
    delimiter: string | null;
    /** What its name says of all its lines. */
    state: ListState | null;
  }[];
  /** Of all tables together. `field` null: the column is ignored. */
  columns: { title: string; field: Field | null; example: string }[];
  /** The values in the column of states and what they mean; null: lines with it are left out. */
  states: { value: string; state: ListState | null }[];
  /** Which comes first in dates such as 01/02/2026; null: nothing proves it. */
  order: DateOrder | null;
  /** False: its beginning has no such dates, so that the rest was not searched for a proof. */
  isOrderSettled: boolean;
  consent: { source: string; at: string } | null;
  /** Some of its first lines are active, and nothing says that those readers agreed: it has to be stated. */
  needsConsent: boolean;
  notes: Note[];
  samples: Sample[];
}
