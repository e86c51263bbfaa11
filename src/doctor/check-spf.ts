import { bad, type Check, good } from './check.ts';
import { addressesOf, type Dns, isInside } from './dns.ts';
import { MOST_LOOKUPS, MOST_VOID, readSpf, type SpfRead, spfRecords } from './spf.ts';
import { includeOf, spfRecord, withMechanism } from './spf-record.ts';

/**
 * Who may send for the domain (RFC 7208): one record that receivers can read to its end, and that allows the relays.
 * Receivers ask for it of the domain of the return path.
 */
export async function checkSpf(dns: Dns, domain: string, relays: string[]): Promise<Check> {
  const found = await spfRecords(dns, domain);
  const wanted = { name: domain, value: spfRecord(relays) };
  const [record] = found;
  if (record === undefined)
    return bad(
      'spf',
      `${domain} has no SPF record.`,
      `Publish a TXT record at ${domain}: "${wanted.value}", or as your relay’s provider describes.`,
      { finding: 'missing', record: wanted },
    );
  if (found.length > 1)
    return bad(
      'spf',
      `${domain} has ${found.length} SPF records: receivers ignore them all.`,
      'Merge them into one TXT record that begins with v=spf1.',
      { finding: 'several' },
    );
  if (/ [+]?all\b/i.test(record))
    return bad(
      'spf',
      `${domain} allows any server to send for it: ${record}`,
      'End the record with -all or ~all instead of all.',
      {
        finding: 'open',
        record: { name: domain, value: record.replace(/ [+]?all\b/i, ' -all') },
      },
    );
  const read = await readSpf(dns, domain, record);
  return unreadable(domain, read) ?? (await uncovered(dns, domain, read, relays)) ?? fine(read);
}

function unreadable(domain: string, { record, fault, lookups, void: none }: SpfRead): Check | null {
  if (fault)
    return bad(
      'spf',
      {
        broken: `The SPF record of ${domain} holds “${fault.words}”, which is no part of one: receivers ignore it all.`,
        absent: `The SPF record of ${domain} includes ${fault.words}, which has none: receivers ignore it all.`,
        several: `The SPF record of ${domain} includes ${fault.words}, which has several: receivers ignore it all.`,
      }[fault.finding],
      `Correct or remove that part: ${record}`,
      { finding: `${fault.finding}Part`, values: { part: fault.words } },
    );
  if (lookups > MOST_LOOKUPS)
    return bad(
      'spf',
      `Reading the SPF record of ${domain} takes ${lookups} look-ups; after ${MOST_LOOKUPS} receivers give up and ignore it.`,
      'Remove includes of services that no longer send for you, or write their addresses (ip4:, ip6:) instead.',
      { finding: 'lookups', values: { count: String(lookups) } },
    );
  if (none > MOST_VOID)
    return bad(
      'spf',
      `${none} names in the SPF record of ${domain} do not exist; after ${MOST_VOID} receivers give up and ignore it.`,
      'Remove the names that are gone.',
      { finding: 'void', values: { count: String(none) } },
    );
  return null;
}

/** A relay that the record does not allow: certain of well-known providers, and advice for others. */
async function uncovered(
  dns: Dns,
  domain: string,
  read: SpfRead,
  relays: string[],
): Promise<Check | null> {
  for (const host of relays) {
    const include = includeOf(host);
    if (include !== undefined) {
      if (read.includes.has(include)) continue;
      const value = withMechanism(read.record, `include:${include}`);
      return bad(
        'spf',
        `The SPF record of ${domain} does not allow ${host}, which your email goes through.`,
        `Change it to: "${value}"`,
        { finding: 'uncovered', values: { relay: host }, record: { name: domain, value } },
      );
    }
    const addresses = (await addressesOf(dns, host)).filter((address) => !isInside(address));
    const refused = addresses.filter((address) => read.says(address) !== 'pass');
    const [first] = refused;
    if (first === undefined) continue;
    const value = withMechanism(read.record, spfRecord([host]).split(' ')[1] ?? '');
    return good(
      'spf',
      `${read.record}: ${host} (${refused.join(', ')}) gets “${read.says(first)}”`,
      `Unless ${host} sends from other addresses that the record allows, change it to: "${value}"`,
      {
        finding: 'perhapsUncovered',
        values: { relay: host, address: refused.join(', ') },
        record: { name: domain, value },
      },
    );
  }
  return null;
}

const fine = ({ record, lookups }: SpfRead): Check =>
  good('spf', `${record} (${lookups} of ${MOST_LOOKUPS} look-ups)`);
