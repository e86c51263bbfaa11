import { createPublicKey, verify } from 'node:crypto';
import { checkTime } from './authentic.ts';
import { NotAuthentic, type Provider, type ProviderEvent } from './event.ts';
import { codeIn, idOf, type Json, objectsIn, parseJson, statusIn, textOf } from './json.ts';

/** They try again for a day, and the time may be that of the first try; told twice, an event counts once. */
const LATE_MS = 25 * 3_600_000;

/**
 * SendGrid's signed event webhook: ECDSA over time and body; the secret is the verification key that its page shows.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 */
export const sendgrid: Provider = ({ header, body, now }, key) => {
  const time = header('x-twilio-email-event-webhook-timestamp');
  checkTime(time, now, LATE_MS);
  const der = Buffer.from(key, 'base64');
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signature = header('x-twilio-email-event-webhook-signature') ?? '';
  const signed = Buffer.concat([Buffer.from(time ?? ''), body]);
  if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64')))
    throw new NotAuthentic();
  const events = objectsIn(parseJson(body)).flatMap((one) => eventOf(one) ?? []);
  return { events, signed: true };
};

/** Why a message is dropped that SendGrid has on a list of its own. `Invalid SMTPAPI header` says nothing of the address. */
const LISTED = /^(?:bounced|unsubscribed|spam reporting|invalid$)/i;

function eventOf(one: Json): ProviderEvent | undefined {
  const kind = kindOf(one);
  if (!kind) return undefined;
  const words = textOf(one['reason'], one['event']) ?? '';
  return {
    id: textOf(one['sg_event_id']) ?? idOf(JSON.stringify(one)),
    kind,
    address: textOf(one['email']) ?? null,
    messageId: textOf(one['smtp-id']),
    status: statusIn(textOf(one['status'])) ?? statusIn(words),
    code: codeIn(words),
    words: kind === 'complaint' ? 'abuse' : words,
    invalid: /^invalid/i.test(textOf(one['bounce_classification']) ?? ''),
  };
}

function kindOf(one: Json): ProviderEvent['kind'] | undefined {
  switch (one['event']) {
    case 'bounce':
      return 'bounce';
    case 'dropped':
      return LISTED.test(textOf(one['reason']) ?? '') ? 'suppressed' : undefined;
    case 'spamreport':
      return 'complaint';
    case 'unsubscribe':
    case 'group_unsubscribe':
      return 'unsubscribe';
    default:
      return undefined;
  }
}
