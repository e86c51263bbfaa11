/** The base of everything that can be wrong with a feed; the message tells an operator what to do. */
export class FeedError extends Error {
  override name = 'FeedError';
}

/** What came is no feed: an HTML page, an image, an empty file. */
export class NotAFeed extends FeedError {
  override name = 'NotAFeed';
}

/** More came than a feed may weigh. */
export class FeedTooLarge extends FeedError {
  override name = 'FeedTooLarge';
}

/** The address is none that may be read: not http(s), or in a private network. */
export class FeedAddressRefused extends FeedError {
  override name = 'FeedAddressRefused';
}

/** No whole answer within the time allowed. */
export class FeedTimedOut extends FeedError {
  override name = 'FeedTimedOut';
}

/** The host cannot be found or reached, or broke the connection. */
export class FeedUnreachable extends FeedError {
  override name = 'FeedUnreachable';
}

/** The server answered, but not with a feed: an error status or redirects without end. */
export class FeedRefused extends FeedError {
  override name = 'FeedRefused';
  readonly status: number;
  /** How long the server asks to be left alone. */
  readonly retryAfterSeconds: number | null;
  constructor(message: string, status: number, retryAfterSeconds: number | null = null) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
