import { checkPassword } from './authentic.ts';
import type { Provider, ProviderEvent } from './event.ts';
import { codeIn, idOf, type Json, objectsIn, parseJson, statusIn, textOf } from './json.ts';

/** Mailjet's events, one or a group of them, by basic authentication. https://dev.mailjet.com/email/guides/webhooks/ */
export const mailjet: Provider = (request, secret) => {
  checkPassword(request, secret);
  const events = objectsIn(parseJson(request.body)).flatMap((one) => eventOf(one) ?? []);
  return { events, signed: false };
};

function eventOf(one: Json): ProviderEvent | undefined {
  const event = textOf(one['event']);
  const error = textOf(one['error']) ?? '';
  const kind = kindOf(event, error);
  if (!kind) return undefined;
  const address = textOf(one['email']);
  const words = [error, textOf(one['comment'])].filter(Boolean).join(': ');
  return {
    id: idOf(event, textOf(one['Message_GUID'], one['MessageID']), address, textOf(one['time'])),
    kind,
    address: address ?? null,
    messageId: textOf(one['CustomID']),
    marks: textOf(one['Payload']),
    status: statusIn(words),
    code: codeIn(words),
    words: kind === 'complaint' ? 'abuse' : words,
    invalid: one['hard_bounce'] === true && /^(?:user unknown|invalid domain|)$/.test(error),
  };
}

function kindOf(event: string | undefined, error: string): ProviderEvent['kind'] | undefined {
  switch (event) {
    case 'bounce':
      return 'bounce';
    case 'blocked':
      return /preblocked|blacklist/i.test(error) ? 'suppressed' : 'bounce';
    case 'spam':
      return 'complaint';
    case 'unsub':
      return 'unsubscribe';
    default:
      return undefined;
  }
}
