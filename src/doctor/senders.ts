import type { Config } from '../config.ts';
import { domainOf } from '../mail/message-id.ts';
import type { Newsletter } from '../newsletters/newsletters.ts';
import type { Check } from './check.ts';
import { checkDkim } from './dkim.ts';
import { asked, checkDmarc, checkMx, checkSpf, type Dns } from './dns.ts';
import { spfRecord } from './spf-record.ts';

/** The domains that mails come from, each once, MAIL_FROM's first. */
export function senderDomains(
  { mailFrom }: Pick<Config, 'mailFrom'>,
  newsletters: Pick<Newsletter, 'from'>[],
): string[] {
  const senders = [mailFrom, ...newsletters.map((one) => one.from ?? mailFrom)];
  return [...new Set(senders.map(domainOf))];
}

/** What the DNS says of a domain that mails come from: SPF, DKIM, DMARC, MX, in this order. */
export function checkSender(
  dns: Dns,
  domain: string,
  { dkim, relays }: Pick<Config, 'dkim' | 'relays'>,
): Promise<Check[]> {
  const spf = spfRecord((relays ?? []).map((relay) => relay.host));
  return Promise.all([
    asked('spf', () => checkSpf(dns, domain, spf)),
    asked('dkim', () => checkDkim(dns, domain, dkim)),
    asked('dmarc', () => checkDmarc(dns, domain)),
    asked('mx', () => checkMx(dns, domain)),
  ]);
}
