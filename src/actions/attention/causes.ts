import type { Context } from '../../context.ts';

/**
 * Why a person is needed, in the order in which they are shown. Names are part of the interface: the API's, the
 * metrics', and those of the choices that operators make.
 */
export const causes = [
  /** A newsletter that is held because of complaints, until somebody decides. */
  'held',
  /** An edition that its refusals paused, or that an operator paused and left. */
  'paused',
  /** An edition that is being sent and stands still. */
  'stalled',
  /** Its hour passed, and it was not composed or not started. */
  'missed',
  /** Its hour passed, and there was nothing new to send. */
  'nothing',
  /** Too few of its readers were reached. */
  'incomplete',
  /** A draft whose hour passed while it waits for review. */
  'review',
  /** An article that its feed has withdrawn stands in an edition that is not sent yet. */
  'withdrawn',
  /** Messages of which nobody knows whether the relay took them. */
  'uncertain',
  /** Held because the database was restored or copied. */
  'restore',
  /** A feed that cannot be read. */
  'feed',
  /** A webhook that failed for a day, or answered 410, and was switched off. */
  'webhook',
  /** More readers of a newsletter complained on a day than receivers put up with. */
  'complaints',
  /** Readers who asked by email to be unsubscribed, and whom nobody has answered. */
  'requests',
  'disk',
  'queue',
  'workers',
  /** No relay is set: nothing leaves this machine. */
  'relay',
] as const;

export type Cause = (typeof causes)[number];

/**
 * Causes that are about no newsletter: not for those who are bound to some. A process sees them from where it stands,
 * and another may not see them, so one is over only when nobody has seen it for a while. The other causes are read in
 * the database, where every process finds the same.
 */
export const newsroomWide: ReadonlySet<Cause> = new Set(['disk', 'queue', 'workers', 'relay']);

/** How long things must last before they need a person, in milliseconds. */
export type Waits = Context['timings']['attention'];

/** Something that needs a person, as it was found. */
export interface Finding {
  cause: Cause;
  /** What it is about, as the audit names things: `edition 12`, `newsletter daily`. */
  subject: string;
  /** Null: it is about the whole newsroom. */
  newsletterId: string | null;
  /** Which wording of the cause: a key below `detail` in src/locales/<language>/attention.ts. */
  detail: string;
  facts: Record<string, string | number>;
  /** Since when it is so, where that is known. */
  since?: Date;
  /** How long it must last, counted from when it was first found, before it needs a person. */
  graceMs: number;
  /** Its time begins anew when this changes. */
  mark?: string;
}
