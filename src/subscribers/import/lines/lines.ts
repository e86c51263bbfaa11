import type { Format, Frequency, SubscriptionState } from '../../../database/tables.ts';
import type { Address } from '../../../mail/address.ts';
import type { ConsentRow } from '../../subscriptions/record.ts';
import type { Suppression } from '../../suppression.ts';
import type { Notes, Place } from './told.ts';

/**
 * What one line says of one subscription, or of an address that is not to be written to. A line may speak of several:
 * they come one after the other with the same `nth`.
 */
export interface ImportLine extends Place {
  address: Address;
  name: string | null;
  language: string | null;
  timezone: string | null;
  /** Null where the line tells of a person alone, or of an address that is not mailed. */
  newsletterId: string | null;
  /** Null: there is no subscription, only what else is said. */
  state: SubscriptionState | null;
  /** Null, like hour and sections: as the reader has it, else daily, the newsletter's hour and all. */
  frequency: Frequency | null;
  hour: string | null;
  sections: string[] | null;
  format: Format | null;
  pausedUntil: Date | null;
  consentSource: string;
  /** Null only where the state is not `active`. */
  consentAt: Date | null;
  unsubscribedAt: Date | null;
  /** True: the consent is what whoever brought the file stated of it. */
  stated: boolean;
  /** All that the file tells of them; null: the consent is the one above. */
  consents: ConsentRow[] | null;
  /** Why the address is not mailed where the file is from; a subscription is recorded beside it. */
  suppress: Suppression['reason'] | null;
  /** Null: it is not known. */
  suppressedAt: Date | null;
  suppressedDetail: string | null;
  /** What only an export of Gaceta's own says, see csvColumns; null: not known. */
  joinedAt: Date | null;
  createdAt: Date | null;
  leaveReason: string | null;
  requested: Record<string, string | null> | null;
}

/** What lines are read by. */
export interface Known {
  /** By slug. */
  newsletters: ReadonlyMap<string, KnownNewsletter>;
  /** The slug of the lines that name none, and the only one they may name; null: they name their own. */
  newsletter: string | null;
  /** The slug of the only newsletter there is: lines that name none are for it. */
  only: string | null;
  now: Date;
  /** Told what had to be assumed, for each line anew: see Notes. */
  assume: Notes['add'];
}

export interface KnownNewsletter {
  id: string;
  /** Slugs. */
  sections: ReadonlySet<string>;
  title?: string;
  /** Slugs by title. */
  titles?: ReadonlyMap<string, string>;
}
