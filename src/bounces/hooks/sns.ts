import { verify, X509Certificate } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { same } from './authentic.ts';
import { type FetchText, type HookRequest, NotAuthentic } from './event.ts';
import { objectOf, parseJson } from './json.ts';

/** SNS tries again for hours, with the time of the first try. */
const LATE_MS = 24 * 3_600_000;
const EARLY_MS = 10 * 60_000;
/** AWS alone serves these names: a region has to follow, since `sns.s3-eu-west-1` would be anybody's bucket of that name. */
const HOST = /^sns\.[a-z]{2,6}(?:-[a-z]{1,12}){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?$/;
const certificates = new LRUCache<string, X509Certificate>({ max: 20, ttl: 24 * 3_600_000 });

/**
 * A message of SNS for the topic of that ARN, its signature verified (versions 1 and 2) with the certificate that AWS
 * serves; a subscription to it is confirmed. Undefined where it carries nothing. Throws NotAuthentic.
 */
export async function readSns(
  { body, now, fetchText }: Pick<HookRequest, 'body' | 'now' | 'fetchText'>,
  topic: string,
): Promise<{ id: string; message: string } | undefined> {
  const sent = objectOf(parseJson(body));
  const field = (name: string) => textOfField(sent[name]);
  // anybody may have a topic of their own, signed by AWS as well
  if (!same(field('TopicArn') ?? '', topic)) throw new NotAuthentic();
  const age = now.getTime() - Date.parse(field('Timestamp') ?? '');
  if (!(age < LATE_MS && age > -EARLY_MS)) throw new NotAuthentic();
  const type = field('Type');
  const confirms = type === 'SubscriptionConfirmation' || type === 'UnsubscribeConfirmation';
  const signed = confirms
    ? ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
    : ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
  const text = signed
    .map((name) => [name, field(name)])
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
  const certificate = await certificateAt(field('SigningCertURL'), fetchText, now);
  const digest = field('SignatureVersion') === '2' ? 'sha256' : 'sha1';
  const signature = Buffer.from(field('Signature') ?? '', 'base64');
  if (!verify(digest, Buffer.from(text), certificate.publicKey, signature))
    throw new NotAuthentic();
  if (type === 'SubscriptionConfirmation') await fetchText(ofAws(field('SubscribeURL')));
  const id = field('MessageId');
  return type === 'Notification' && id ? { id, message: field('Message') ?? '' } : undefined;
}

/** Whole: a signature covers all of it. */
const textOfField = (value: unknown) => (typeof value === 'string' ? value : undefined);

async function certificateAt(
  given: string | undefined,
  fetchText: FetchText,
  now: Date,
): Promise<X509Certificate> {
  const url = ofAws(given);
  if (!new URL(url).pathname.endsWith('.pem')) throw new NotAuthentic();
  let certificate = certificates.get(url);
  if (!certificate) {
    certificate = new X509Certificate(await fetchText(url));
    certificates.set(url, certificate);
  }
  if (certificate.validToDate < now || certificate.validFromDate > now) throw new NotAuthentic();
  return certificate;
}

function ofAws(given: string | undefined): string {
  const url = URL.parse(given ?? '');
  if (url?.protocol !== 'https:' || !HOST.test(url.host) || url.username || url.password)
    throw new NotAuthentic();
  return url.href;
}
