/** The embedded server did not do as told; the message holds PostgreSQL's own words. */
export class EmbeddedFailed extends Error {
  override name = 'EmbeddedFailed';
}
