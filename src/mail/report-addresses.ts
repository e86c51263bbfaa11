/** The address to name in the records that ask for reports (RFC 7489, RFC 8460). */
export const addressOfReports = (kind: 'dmarc' | 'tlsrpt', domain: string): string =>
  `${kind}@${domain}`;

/** The address that complaints are asked for at (RFC 9477). */
export const addressOfComplaints = (domain: string): string => `fbl@${domain}`;
