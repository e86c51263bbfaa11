/** What the larger providers ask to be included, by the end of their relay's name. */
const INCLUDES: [ending: string, include: string][] = [
  ['amazonaws.com', 'amazonses.com'],
  ['sendgrid.net', 'sendgrid.net'],
  ['mailgun.org', 'mailgun.org'],
  ['postmarkapp.com', 'spf.mtasv.net'],
  ['sparkpostmail.com', 'sparkpostmail.com'],
  ['mailjet.com', 'spf.mailjet.com'],
  ['brevo.com', 'spf.brevo.com'],
  ['sendinblue.com', 'spf.brevo.com'],
  ['gmail.com', '_spf.google.com'],
  ['google.com', '_spf.google.com'],
  ['office365.com', 'spf.protection.outlook.com'],
  ['outlook.com', 'spf.protection.outlook.com'],
];

/** What a well-known provider asks to be included for its relay; undefined for any other host. */
export const includeOf = (host: string): string | undefined =>
  INCLUDES.find(([ending]) => host === ending || host.endsWith(`.${ending}`))?.[1];

/** A record with one mechanism more, before its `all` or `redirect`. */
export const withMechanism = (record: string, mechanism: string): string =>
  /\s(?:[+?~-]?all\b|redirect=)/i.test(record)
    ? record.replace(/\s(?=[+?~-]?all\b|redirect=)/i, ` ${mechanism} `)
    : `${record} ${mechanism}`;

/**
 * An SPF record (RFC 7208) for a domain that sends through these relays: what a well-known provider asks for, else the
 * addresses of the relay itself. Without relays it names nobody yet.
 */
export function spfRecord(hosts: string[]): string {
  const mechanisms = hosts.map((host) => {
    const known = includeOf(host);
    if (known !== undefined) return `include:${known}`;
    if (/^\d+(\.\d+){3}$/.test(host)) return `ip4:${host}`;
    return host.includes(':') ? `ip6:${host}` : `a:${host}`;
  });
  return ['v=spf1', ...new Set(mechanisms), '-all'].join(' ');
}
