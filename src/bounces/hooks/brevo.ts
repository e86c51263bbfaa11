import { checkPassword } from './authentic.ts';
import type { Provider, ProviderEvent } from './event.ts';
import { codeIn, idOf, type Json, objectsIn, parseJson, statusIn, textOf } from './json.ts';

/** Brevo's transactional events, by basic authentication or a token. https://developers.brevo.com/docs/transactional-webhooks */
export const brevo: Provider = (request, secret) => {
  checkPassword(request, secret);
  const events = objectsIn(parseJson(request.body)).flatMap((one) => eventOf(one) ?? []);
  return { events, signed: false };
};

function eventOf(one: Json): ProviderEvent | undefined {
  const event = textOf(one['event']);
  const words = textOf(one['reason'], event) ?? '';
  const kind = kindOf(event, words);
  if (!kind) return undefined;
  const address = textOf(one['email']);
  const messageId = textOf(one['message-id']);
  // its `id` is that of the webhook
  return {
    id: idOf(event, messageId, address, textOf(one['ts_event'], one['ts_epoch'], one['date'])),
    kind,
    address: address ?? null,
    messageId,
    marks: textOf(one['X-Mailin-custom']),
    status: statusIn(words),
    code: codeIn(words),
    words: kind === 'complaint' ? 'abuse' : words,
    invalid: event === 'hard_bounce' || event === 'invalid_email',
  };
}

function kindOf(event: string | undefined, words: string): ProviderEvent['kind'] | undefined {
  switch (event) {
    case 'hard_bounce':
    case 'soft_bounce':
    case 'invalid_email':
      return 'bounce';
    case 'blocked':
      return /black-?list|unsubscri|blocked contact/i.test(words) ? 'suppressed' : 'bounce';
    case 'spam':
    case 'complaint':
      return 'complaint';
    case 'unsubscribed':
      return 'unsubscribe';
    default:
      return undefined;
  }
}
