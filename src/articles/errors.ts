import type { FieldError } from '../newsletters/errors.ts';

const joined = (errors: FieldError[]) =>
  errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');

/** There is no feed of that id. */
export class FeedNotFound extends Error {
  constructor(id: string) {
    super(`There is no feed ${id.slice(0, 20)}.`);
    this.name = 'FeedNotFound';
  }
}

/** The newsletter reads that address already. */
export class FeedTaken extends Error {
  /** The id of the feed that reads it. */
  readonly existing: string;
  constructor(existing: string, url: string, newsletter: string) {
    super(`"${newsletter}" reads ${url.slice(0, 200)} already.`);
    this.name = 'FeedTaken';
    this.existing = existing;
  }
}

/** The feed is being read by somebody else, and takes its time. */
export class FeedBusy extends Error {
  constructor(id: string) {
    super(`Feed ${id} is being read at this moment. Try again in a minute.`);
    this.name = 'FeedBusy';
  }
}

/** A feed that cannot be: all that is wrong with it at once. */
export class InvalidFeed extends Error {
  readonly errors: FieldError[];
  constructor(errors: FieldError[]) {
    super(joined(errors));
    this.name = 'InvalidFeed';
    this.errors = errors;
  }
}

/** There is no article of that id, or it was removed. */
export class ArticleNotFound extends Error {
  constructor(id: string) {
    super(`There is no article ${id.slice(0, 20)}.`);
    this.name = 'ArticleNotFound';
  }
}

/** Articles that were named and are not there, or were removed. */
export class UnknownArticles extends Error {
  readonly ids: string[];

  constructor(ids: string[]) {
    super(`There is no article ${ids.slice(0, 5).join(', ').slice(0, 100)}.`);
    this.name = 'UnknownArticles';
    this.ids = ids;
  }
}

/** The article is also in newsletters that the caller is not bound to. */
export class ArticleShared extends Error {
  constructor(id: string) {
    super(
      `Article ${id.slice(0, 20)} is also in newsletters that you are not bound to: what it says is changed by who reaches them all. An edition can have its own wording of it.`,
    );
    this.name = 'ArticleShared';
  }
}

/** There is an article of that address. */
export class ArticleExists extends Error {
  /** The id of that article. */
  readonly existing: string;
  constructor(existing: string, url: string) {
    super(
      `Article ${existing} has the address ${url.slice(0, 200)} already: change that one instead.`,
    );
    this.name = 'ArticleExists';
    this.existing = existing;
  }
}

/** Another article has that external id; it may have been removed. */
export class ExternalIdTaken extends Error {
  /** The id of that article. */
  readonly existing: string;
  constructor(existing: string, externalId: string) {
    super(
      `Article ${existing} has the external id ${externalId.slice(0, 200)} already: PUT /articles/by-external-id changes it, or brings it back.`,
    );
    this.name = 'ExternalIdTaken';
    this.existing = existing;
  }
}

/** An article that cannot be: all that is wrong with it at once. */
export class InvalidArticle extends Error {
  readonly errors: FieldError[];
  constructor(errors: FieldError[]) {
    super(joined(errors));
    this.name = 'InvalidArticle';
    this.errors = errors;
  }
}

/** There is no such source, or it is the only one of its article: nothing was joined. */
export class NothingJoined extends Error {
  constructor(id: string) {
    super(`Source ${id.slice(0, 20)} was not joined to an article: there is nothing to undo.`);
    this.name = 'NothingJoined';
  }
}
