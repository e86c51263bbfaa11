import { type Check, good } from './check.ts';
import { type Dns, texts } from './dns.ts';

/**
 * Whether those who send to the domain of the return path tell us where encrypting failed (RFC 8460). Advice: nobody
 * requires it. `reports` is the address that the inbound door takes them at.
 */
export async function checkTlsReports(dns: Dns, domain: string, reports: string): Promise<Check> {
  const name = `_smtp._tls.${domain}`;
  const found = (await texts(dns, name)).filter((text) => /^v=TLSRPTv1\s*;/i.test(text));
  const [record = ''] = found;
  if (found.length === 1 && record.toLowerCase().includes(`mailto:${reports}`))
    return good('tls-reports', `${domain}: ${record}`);
  const value = `v=TLSRPTv1; rua=mailto:${reports}`;
  return good(
    'tls-reports',
    `${domain} asks nobody for reports about encryption (TLS-RPT) that come here.`,
    `To see where encrypting the way to you fails, publish a TXT record at ${name}: "${value}". With them you can require it (MTA-STS).`,
    { finding: 'unset', record: { name, value } },
  );
}
