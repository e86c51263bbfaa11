/**
 * The Message-ID of one reader's edition, without angle brackets. Made of ids alone, so that a message sent again
 * after an unknown outcome has the same one and receivers can drop the copy (RFC 5322, 3.6.4).
 */
export function messageIdOf(edition: string, subscriber: string, domain: string): string {
  return `edition-${edition}.reader-${subscriber}@${domain}`;
}

/** The domain of a MAIL_FROM, `The Daily <daily@example.org>` or the bare address. */
export function domainOf(mailFrom: string): string {
  return mailFrom.slice(mailFrom.lastIndexOf('@') + 1).replace(/>?\s*$/, '');
}
