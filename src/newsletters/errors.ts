/** What is wrong with one field: a JSON pointer to it, and a sentence that says what to do. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** There is no newsletter of that name. */
export class NewsletterNotFound extends Error {
  constructor(slug: string) {
    super(`There is no newsletter "${slug.slice(0, 80)}".`);
    this.name = 'NewsletterNotFound';
  }
}

/** Another newsletter has that slug. */
export class SlugTaken extends Error {
  constructor(slug: string) {
    super(`There is a newsletter "${slug}" already: choose another slug.`);
    this.name = 'SlugTaken';
  }
}

/** No edition goes out of an archived newsletter. */
export class NewsletterArchived extends Error {
  constructor(slug: string) {
    super(`The newsletter "${slug}" is archived: bring it back first.`);
    this.name = 'NewsletterArchived';
  }
}

/** Complaints hold the newsletter: nothing of it is sent until somebody decides. */
export class NewsletterHeld extends Error {
  constructor(slug: string) {
    super(
      `Complaints hold the newsletter "${slug}": decide about them first, and nothing of it is sent until then.`,
    );
    this.name = 'NewsletterHeld';
  }
}

/** Settings that cannot be: all that is wrong with them at once. */
export class InvalidNewsletter extends Error {
  readonly errors: FieldError[];

  constructor(errors: FieldError[]) {
    super(errors.map((error) => `${error.pointer}: ${error.detail}`).join('; '));
    this.name = 'InvalidNewsletter';
    this.errors = errors;
  }
}
