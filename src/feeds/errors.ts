import { causeInWords, type FeedCause } from './causes.ts';

/** The base of everything that can be wrong with a feed; the message says the cause in English. */
export class FeedError extends Error {
  override name = 'FeedError';
  readonly feedCause: FeedCause;
  constructor(code: string, values: FeedCause['values'] = {}, more: ErrorOptions = {}) {
    super(causeInWords({ code, values }), more);
    this.feedCause = { code, values };
  }
}

/** Something about the feed's address has to be changed: waiting does not help. */
export class FeedFault extends FeedError {
  override name = 'FeedFault';
  readonly errors: { pointer: string; detail: string }[];
  constructor(code: string, values: FeedCause['values'] = {}) {
    super(code, values);
    this.errors = [{ pointer: '/url', detail: this.message }];
  }
}

/** Nothing can be had of the server now, but it may be there later. */
export class FeedAway extends FeedError {
  override name = 'FeedAway';
  /** How long the server asks to be left alone. */
  readonly retryAfterSeconds: number | null;
  constructor(
    code: string,
    values: FeedCause['values'] = {},
    {
      retryAfterSeconds = null,
      ...more
    }: { retryAfterSeconds?: number | null; cause?: unknown } = {},
  ) {
    super(code, values, more);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What came is no feed: an HTML page, an image, an empty file. */
export class NotAFeed extends FeedFault {
  override name = 'NotAFeed';
}

/** More came than a feed may weigh. */
export class FeedTooLarge extends FeedFault {
  override name = 'FeedTooLarge';
}

/** The address is none that may be read: not http(s), or in a private network. */
export class FeedAddressRefused extends FeedFault {
  override name = 'FeedAddressRefused';
}

/** The server answered, but not with a feed: it has none there, shows it to others, redirects without end. */
export class FeedRefused extends FeedFault {
  override name = 'FeedRefused';
  readonly status: number;
  constructor(code: string, values: FeedCause['values'], status: number) {
    super(code, values);
    this.status = status;
  }
}

/** No whole answer within the time allowed. */
export class FeedTimedOut extends FeedAway {
  override name = 'FeedTimedOut';
}

/** The host cannot be found or reached, or broke the connection. */
export class FeedUnreachable extends FeedAway {
  override name = 'FeedUnreachable';
}
