/** The embedded server did not do as told; the message holds PostgreSQL's own words. */
export class EmbeddedFailed extends Error {
  override name = 'EmbeddedFailed';
}

/** DATA_DIR cannot hold what it should; the message says what to do. */
export class UnusableDataDir extends Error {
  override name = 'UnusableDataDir';
}

/** Another process owns this DATA_DIR and answers on its socket. */
export class DataDirBusy extends Error {
  override name = 'DataDirBusy';
}
