import { bad, type Check, good } from './check.ts';
import { addressesOf, type Dns, records } from './dns.ts';

const hostsOf = async (dns: Dns, domain: string) =>
  (await records(dns.resolveMx(domain)))
    .toSorted((one, other) => one.priority - other.priority)
    .map(({ exchange }) => exchange)
    .filter((host) => host !== '');

/** Where answers and delivery reports go. */
export async function checkMx(dns: Dns, domain: string): Promise<Check> {
  const hosts = await hostsOf(dns, domain);
  if (hosts.length > 0) return good('mx', `${domain}: ${hosts.join(', ')}`);
  return bad(
    'mx',
    `${domain} accepts no email: replies and delivery reports are lost.`,
    `Publish an MX record at ${domain}, or send from a domain that has one (MAIL_FROM).`,
    { finding: 'missing' },
  );
}

/** Whether what comes back to the domain of the return path reaches the machine that takes it; `host` is our best guess of its name. */
export async function checkReturnPath(dns: Dns, domain: string, host: string): Promise<Check> {
  const hosts = await hostsOf(dns, domain);
  const record = { type: 'MX' as const, name: domain, value: `10 ${host}.` };
  if (hosts.length === 0)
    return bad(
      'return-path',
      `${domain} has no MX record: bounces and complaints do not arrive.`,
      `Publish an MX record at ${domain} that names the machine whose worker takes them, such as "${record.value}".`,
      { finding: 'missing', record },
    );
  for (const one of hosts)
    if ((await addressesOf(dns, one)).length === 0)
      return bad(
        'return-path',
        `${domain} sends its email to ${one}, which has no address.`,
        `Publish an A record at ${one}, or name another machine in the MX record of ${domain}.`,
        { finding: 'nowhere', values: { host: one } },
      );
  return good('return-path', `${domain}: ${hosts.join(', ')}`);
}
