/** The columns of a list of subscriptions as CSV, in the order that an export writes them; an import knows them by name. */
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
  'confirmed_at',
  'unsubscribed_at',
  'paused_until',
  'consent_source',
  'consent_at',
  'consents',
] as const;
export type CsvColumn = (typeof csvColumns)[number];
