import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { keysFor, type SigningKeys, signingKeys } from '../identity/signing.ts';
import { domainOf } from '../mail/message-id.ts';
import { addressOfReports } from '../mail/report-addresses.ts';
import type { Newsletter } from '../newsletters/newsletters.ts';
import { unsubscribeUrl } from '../subscribers/links.ts';
import type { Check } from './check.ts';
import { checkSpf } from './check-spf.ts';
import { checkDkim } from './dkim.ts';
import { checkAlignment, checkDmarc } from './dmarc.ts';
import { asked, type Dns } from './dns.ts';
import { checkMx, checkReturnPath } from './mx.ts';
import { checkOneClick } from './one-click.ts';
import { checkRelays } from './relays.ts';
import { checkTlsReports } from './tls-reports.ts';

/** The domains that mails come from, each once, MAIL_FROM's first. */
export function senderDomains(
  { mailFrom }: Pick<Config, 'mailFrom'>,
  newsletters: Pick<Newsletter, 'from'>[],
): string[] {
  const senders = [mailFrom, ...newsletters.map((one) => one.from ?? mailFrom)];
  return [...new Set(senders.map((sender) => domainOf(sender).toLowerCase()))];
}

/** What was found of the domains that mails come from, and of the machines that they go through. */
export interface Examined {
  domains: { domain: string; checks: Check[] }[];
  /** Relays, the domain of the return path, the link to unsubscribe. */
  machines: Check[];
}

/** Looks at all that receivers look at. Takes seconds. */
export async function examineSending(
  context: Pick<Context, 'config' | 'db' | 'secrets' | 'tokens' | 'relays' | 'now'>,
  newsletters: Pick<Newsletter, 'from'>[],
  dns: Dns,
): Promise<Examined> {
  const { config, db, secrets, tokens } = context;
  const keys = await signingKeys({ db, secrets, dkim: config.dkim });
  const nobody = unsubscribeUrl({ publicUrl: config.publicUrl, tokens }, '0', '0');
  const [domains, relays, inbound, oneClick] = await Promise.all([
    Promise.all(
      senderDomains(config, newsletters).map(async (domain) => ({
        domain,
        checks: await checkSender(dns, domain, config, keys),
      })),
    ),
    checkRelays(context, dns),
    checkInbound(dns, config),
    checkOneClick(config.publicUrl, nobody),
  ]);
  return { domains, machines: [...relays, ...inbound, oneClick] };
}

const hostsOf = ({ relays }: Pick<Config, 'relays'>) => (relays ?? []).map(({ host }) => host);

/** What the DNS says of a domain that mails come from. */
function checkSender(
  dns: Dns,
  domain: string,
  config: Pick<Config, 'inboundDomain' | 'relays'>,
  keys: SigningKeys,
): Promise<Check[]> {
  const { inboundDomain } = config;
  const reports = inboundDomain && addressOfReports('dmarc', inboundDomain);
  const identities = {
    returnPath: inboundDomain ?? domain,
    signing: keysFor(domain, keys.set, keys.stored).map((key) => key.domain),
  };
  return Promise.all([
    asked('spf', () => checkSpf(dns, domain, hostsOf(config))),
    asked('dkim', () => checkDkim(dns, domain, keys)),
    asked('dmarc', () => checkDmarc(dns, domain, reports)),
    asked('alignment', () => checkAlignment(dns, domain, identities)),
    asked('mx', () => checkMx(dns, domain)),
  ]);
}

/** The domain of the return path: its mail must come to us, encrypted, and SPF is asked of it. */
async function checkInbound(
  dns: Dns,
  config: Pick<Config, 'inboundDomain' | 'publicUrl' | 'relays'>,
): Promise<Check[]> {
  const { inboundDomain: domain, publicUrl } = config;
  if (domain === undefined) return [];
  const checks = await Promise.all([
    asked('return-path', () => checkReturnPath(dns, domain, new URL(publicUrl).hostname)),
    asked('spf', () => checkSpf(dns, domain, hostsOf(config))),
    asked('tls-reports', () => checkTlsReports(dns, domain, addressOfReports('tlsrpt', domain))),
  ]);
  return checks.map((check) => ({ ...check, values: { domain, ...check.values } }));
}
