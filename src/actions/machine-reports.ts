import { Resolver } from 'node:dns/promises';
import PostalMime from 'postal-mime';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Context } from '../context.ts';
import type { Dns } from '../doctor/dns.ts';
import { systemDns } from '../doctor/dns.ts';
import { senderDomains } from '../doctor/senders.ts';
import { organizationalDomain } from '../mail/organizational-domain.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';
import { type DmarcReport, readDmarc } from '../reports/dmarc.ts';
import { keepReport, nameSource, type Origin, unnamedSources } from '../reports/store.ts';
import { readTls, type TlsReport } from '../reports/tls.ts';
import { UnusableReport, unpack } from '../reports/unpack.ts';

/** Reading one takes a moment that sending waits for: who sends more is told to come again. */
const lately = new RateLimiterMemory({ points: 60, duration: 60 });
const LARGEST_MAIL = 2 * 1024 * 1024;
const NAMES_AT_ONCE = 20;

/** Looks up a record by its type, as mailauth asks. */
export type Resolve = (name: string, type: string) => Promise<string[][] | string[]>;

const publicDns: Resolve = (name, type) =>
  new Resolver({ timeout: 3000, tries: 2 }).resolve(name, type) as Promise<string[]>;

/**
 * Keeps the report that a mail brings, if it is one about a domain of ours. Anybody may send one: it changes nothing but
 * what is shown of reports, and whose signature it came with is kept beside it. What cannot be used is logged and
 * dropped; rejects where too many came, to be tried again.
 */
export async function takeMachineReport(
  { config, db, log, now }: Pick<Context, 'config' | 'db' | 'log' | 'now'>,
  bytes: Buffer,
  resolve: Resolve = publicDns,
): Promise<void> {
  await lately.consume('all').catch(() => {
    throw new Error('too many reports came within a minute');
  });
  try {
    const report = await reportIn(bytes);
    const domains = senderDomains(config, await listNewsletters(db));
    const ours = new Set([
      ...domains,
      ...domains.map(organizationalDomain),
      ...(config.inboundDomain ? [config.inboundDomain] : []),
    ]);
    if (!ours.has(report.domain)) throw new UnusableReport(`It is about ${report.domain}.`);
    const origin = await originOf(bytes, report, resolve);
    await db.transaction().execute((tx) => keepReport(tx, report, origin, now()));
  } catch (error) {
    if (!(error instanceof UnusableReport)) throw error;
    log.info({ reason: error.message }, 'a report that came in is of no use');
  }
}

/** The first part of a mail that is a report. */
async function reportIn(bytes: Buffer): Promise<DmarcReport | TlsReport> {
  if (bytes.length > LARGEST_MAIL) throw new UnusableReport('The mail is too large.');
  const mail = await PostalMime.parse(bytes, { maxNestingDepth: 10 }).catch((error: Error) => {
    throw new UnusableReport(`The mail cannot be read: ${error.message}`);
  });
  let fault = new UnusableReport('The mail has no report with it.');
  for (const { content } of mail.attachments.slice(0, 5)) {
    const raw =
      typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
    try {
      const text = await unpack(raw);
      return /^\s*\{/.test(text) ? readTls(text) : readDmarc(text);
    } catch (error) {
      if (!(error instanceof UnusableReport)) throw error;
      fault = error;
    }
  }
  throw fault;
}

async function originOf(
  bytes: Buffer,
  { contact }: DmarcReport | TlsReport,
  resolve: Resolve,
): Promise<Origin> {
  // loaded late: few processes ever read a report
  const { dkimVerify } = await import('mailauth');
  const { results } = await dkimVerify(bytes, { resolver: resolve });
  const signers = results
    .filter(({ status }) => status.result === 'pass')
    .flatMap(({ signingDomain }) => signingDomain?.toLowerCase() ?? []);
  const home = organizationalDomain(contact.slice(contact.lastIndexOf('@') + 1).toLowerCase());
  const own = signers.find((domain) => organizationalDomain(domain) === home);
  const signedBy = own ?? signers[0] ?? null;
  if (signedBy === null) return { signedBy, doubt: 'unsigned' };
  return { signedBy, doubt: own === undefined ? 'other-signer' : null };
}

/** Looks up the reverse names of a few addresses that reports named. */
export async function nameSources(
  { db }: Pick<Context, 'db'>,
  dns: Pick<Dns, 'reverse'> = systemDns(),
): Promise<void> {
  for (const source of await unnamedSources(db, NAMES_AT_ONCE)) {
    const names = await dns.reverse(source).catch(() => []);
    await nameSource(db, source, names[0]?.toLowerCase().slice(0, 253) ?? null);
  }
}
