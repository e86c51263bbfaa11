import { createHmac } from 'node:crypto';
import { checkTime, same } from './authentic.ts';
import { NotAuthentic, type Provider, type ProviderEvent } from './event.ts';
import { idOf, type Json, objectOf, parseJson, statusIn, textOf } from './json.ts';

/** They try again for eight hours. */
const LATE_MS = 9 * 3_600_000;

/**
 * Mailgun: HMAC with the HTTP webhook signing key over a time and a token, not over what is told: the token is good for one
 * event. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export const mailgun: Provider = ({ body, now }, key) => {
  const sent = objectOf(parseJson(body));
  const signature = objectOf(sent['signature']);
  const time = textOf(signature['timestamp']);
  const token = textOf(signature['token']) ?? '';
  const expected = createHmac('sha256', key).update(`${time}${token}`).digest('hex');
  if (!same(textOf(signature['signature']) ?? '', expected)) throw new NotAuthentic();
  checkTime(time, now, LATE_MS);
  const event = eventOf(objectOf(sent['event-data']));
  return { events: event ? [event] : [], signed: true, nonce: token };
};

function eventOf(one: Json): ProviderEvent | undefined {
  const reason = textOf(one['reason']) ?? '';
  const kind = kindOf(one, reason);
  if (!kind) return undefined;
  const status = objectOf(one['delivery-status']);
  const words = textOf(status['message'], status['description'], reason) ?? '';
  const code = Number(status['code']);
  return {
    id: textOf(one['id']) ?? idOf(JSON.stringify(one)),
    kind,
    address: textOf(one['recipient']) ?? null,
    messageId: textOf(objectOf(objectOf(one['message'])['headers'])['message-id']),
    marks: [
      textOf(objectOf(one['envelope'])['sender']),
      JSON.stringify(one['user-variables']),
    ].join('\n'),
    status: statusIn(textOf(status['enhanced-code'])) ?? statusIn(words),
    code: code >= 400 && code < 600 ? code : undefined,
    words: kind === 'complaint' ? 'abuse' : kind === 'suppressed' ? `${reason} ${words}` : words,
  };
}

function kindOf(one: Json, reason: string): ProviderEvent['kind'] | undefined {
  switch (one['event']) {
    case 'failed':
      // of a temporary failure it goes on trying
      if (one['severity'] !== 'permanent') return undefined;
      return reason.startsWith('suppress-') ? 'suppressed' : 'bounce';
    case 'complained':
      return 'complaint';
    case 'unsubscribed':
      return 'unsubscribe';
    default:
      return undefined;
  }
}
