/** What only an export of Gaceta's own holds. */
export const ownColumns = [
  'consents',
  'consent_wording_version',
  'created_at',
  'leave_reason',
  'requested',
  'joined_at',
  'suppressed',
  'suppressed_at',
  'suppressed_detail',
] as const;

/**
 * The columns of a list of subscriptions as CSV, in the order that an export writes them; an import knows them by name.
 * One line is one subscription. Where `state` is `none` it is a person without one, or, with a newsletter, the consents that
 * are left of one. `joined_at` and `suppressed…` are of the person, and stand on each of their lines.
 */
export const csvColumns = [
  'email',
  'name',
  'language',
  'timezone',
  'newsletter',
  'state',
  'frequency',
  'hour',
  'sections',
  // not `format`: in lists from elsewhere that is HTML or text
  'edition_content',
  'confirmed_at',
  'unsubscribed_at',
  'paused_until',
  'consent_source',
  'consent_at',
  ...ownColumns,
] as const;
export type CsvColumn = (typeof csvColumns)[number];
