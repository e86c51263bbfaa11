/** Where Message-IDs are made: a name of this installation, and the domain of MAIL_FROM. */
export interface Origin {
  /** Random, made once and kept in the database: ids begin at 1 again where the same domain is set up anew. */
  installation: string;
  domain: string;
}

/**
 * The Message-ID of one reader's edition, without angle brackets. Made of ids alone, so that a message sent again
 * after an unknown outcome has the same one and receivers can drop the copy (RFC 5322, 3.6.4).
 */
export function messageIdOf(edition: string, subscriber: string, origin: Origin): string {
  return `edition-${edition}.reader-${subscriber}.${origin.installation}@${origin.domain}`;
}

/** The Message-ID of a letter, the same at every try. */
export function letterMessageId(letter: string, origin: Origin): string {
  return `letter-${letter}.${origin.installation}@${origin.domain}`;
}

/** The domain of a MAIL_FROM, `The Daily <daily@example.org>` or the bare address. */
export function domainOf(mailFrom: string): string {
  return mailFrom.slice(mailFrom.lastIndexOf('@') + 1).replace(/>?\s*$/, '');
}
