import { organizationalDomain } from '../mail/organizational-domain.ts';
import { bad, type Check, good } from './check.ts';
import { type Dns, texts } from './dns.ts';

/** A DMARC record as it holds for one domain. */
export interface DmarcPolicy {
  /** Where it stands. */
  at: string;
  record: string;
  tags: ReadonlyMap<string, string>;
}

const begins = /^v\s*=\s*DMARC1\s*(;|$)/i;

/** The policy of a domain: its own, else its organization's (RFC 7489, 6.6.3). More than one record is none. Throws NoAnswer. */
export async function dmarcPolicy(dns: Dns, domain: string): Promise<DmarcPolicy | null> {
  for (const at of new Set([domain, organizationalDomain(domain)])) {
    const found = (await texts(dns, `_dmarc.${at}`)).filter((text) => begins.test(text));
    const [record] = found;
    if (found.length > 1) return null;
    if (record !== undefined) return { at, record, tags: tagsOf(record) };
  }
  return null;
}

function tagsOf(record: string): Map<string, string> {
  const pairs = record.split(';').map((part) => {
    const equals = part.indexOf('=');
    return [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()] as const;
  });
  return new Map(pairs.filter(([tag]) => tag !== ''));
}

/**
 * What receivers do with mail that is neither (RFC 7489), and whether their reports come to us: `reports` is the address
 * that the inbound door takes them at.
 */
export async function checkDmarc(
  dns: Dns,
  domain: string,
  reports: string | undefined,
): Promise<Check> {
  const rua = reports ?? `postmaster@${domain}`;
  const record = { name: `_dmarc.${domain}`, value: `v=DMARC1; p=none; rua=mailto:${rua}` };
  const policy = await dmarcPolicy(dns, domain);
  if (!policy)
    return bad(
      'dmarc',
      `${domain} has no DMARC record; Gmail and Yahoo require one from bulk senders.`,
      `Publish a TXT record at ${record.name}: "${record.value}".`,
      { finding: 'missing', record },
    );
  const p = policy.tags.get('p')?.toLowerCase();
  if (p !== 'none' && p !== 'quarantine' && p !== 'reject')
    return bad(
      'dmarc',
      `The DMARC record of ${policy.at} says no policy (p=): receivers ignore it. ${policy.record}`,
      `Publish a TXT record at ${record.name}: "${record.value}".`,
      { finding: 'broken', record },
    );
  return (
    (await unreported(dns, policy, reports)) ?? good('dmarc', `${policy.at}: ${policy.record}`)
  );
}

/** Advice where the reports that could be read here go elsewhere, or may not be sent here. */
async function unreported(
  dns: Dns,
  { at, record, tags }: DmarcPolicy,
  reports: string | undefined,
): Promise<Check | null> {
  if (reports === undefined) return null;
  const listed = (tags.get('rua') ?? '').toLowerCase();
  if (!listed.includes(`mailto:${reports}`)) {
    const added = listed === '' ? `mailto:${reports}` : `${tags.get('rua')},mailto:${reports}`;
    const value = [...new Map([...tags, ['rua', added]])]
      .map(([tag, text]) => `${tag}=${text}`)
      .join('; ');
    return good('dmarc', `${at}: ${record}`, `To see the reports here, publish: "${value}".`, {
      finding: 'unreported',
      record: { name: `_dmarc.${at}`, value },
    });
  }
  const [, home = ''] = reports.split('@');
  if (organizationalDomain(home) === organizationalDomain(at)) return null;
  // RFC 7489, 7.1: another organization has to agree to get the reports
  const allowed = { name: `${at}._report._dmarc.${home}`, value: 'v=DMARC1' };
  if ((await texts(dns, allowed.name)).some((text) => begins.test(text))) return null;
  return good(
    'dmarc',
    `${at}: ${record}, but ${home} does not say that it takes reports about ${at}.`,
    `Publish a TXT record at ${allowed.name}: "${allowed.value}".`,
    { finding: 'unagreed', values: { home }, record: allowed },
  );
}

/** The domains by which a message speaks for itself. */
export interface Identities {
  /** Of the return path, which SPF is about. */
  returnPath: string;
  /** Of the keys that sign. */
  signing: string[];
}

/** Whether SPF or DKIM speak for the domain of From, as DMARC wants it (RFC 7489, 3.1). */
export async function checkAlignment(
  dns: Dns,
  domain: string,
  { returnPath, signing }: Identities,
): Promise<Check> {
  const tags = (await dmarcPolicy(dns, domain))?.tags;
  const aligned = (other: string, mode: string | undefined) =>
    mode?.toLowerCase() === 's'
      ? other === domain
      : organizationalDomain(other) === organizationalDomain(domain);
  const spf = aligned(returnPath, tags?.get('aspf'));
  const dkim = signing.some((other) => aligned(other, tags?.get('adkim')));
  const detail = `From ${domain}; return path ${returnPath} (${spf ? 'aligned' : 'not aligned'}); signed by ${signing.join(', ') || 'nobody here'}${signing.length > 0 ? ` (${dkim ? 'aligned' : 'not aligned'})` : ''}`;
  if (spf && dkim) return good('alignment', detail);
  const values = { returnPath };
  if (spf)
    return good(
      'alignment',
      detail,
      'SPF alone is lost when a reader forwards the email: sign for this domain, too (gaceta dkim rotate), unless your relay does.',
      { finding: 'spfOnly', values },
    );
  if (dkim) return good('alignment', detail, null);
  return bad(
    'alignment',
    detail,
    `Sign for ${domain} (gaceta dkim rotate --domain ${domain}), or take an INBOUND_DOMAIN below ${organizationalDomain(domain)}.`,
    { finding: 'none', values },
  );
}
