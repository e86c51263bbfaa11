import type { Provider, ProviderEvent } from './event.ts';
import { codeIn, type Json, listOf, objectOf, parseJson, statusIn, textOf } from './json.ts';
import { checkStandard } from './standard.ts';

/** Resend, signed as Standard Webhooks say. https://resend.com/docs/dashboard/webhooks/event-types */
export const resend: Provider = (request, secret) => {
  const id = checkStandard(request, secret);
  const sent = objectOf(parseJson(request.body));
  return { events: eventsOf(id, textOf(sent['type']), objectOf(sent['data'])), signed: true };
};

function eventsOf(id: string, type: string | undefined, data: Json): ProviderEvent[] {
  const bounce = objectOf(data['bounce']);
  const why = textOf(bounce['message'], objectOf(data['suppressed'])['message']) ?? '';
  const listed = type === 'email.suppressed' || /suppress/i.test(textOf(bounce['subType']) ?? '');
  const kind =
    type === 'email.complained'
      ? 'complaint'
      : listed
        ? 'suppressed'
        : type === 'email.bounced'
          ? 'bounce'
          : undefined;
  if (!kind) return [];
  const headers = listOf(data['headers']).map(objectOf);
  const valueOf = (name: RegExp) =>
    textOf(headers.find((one) => name.test(textOf(one['name']) ?? ''))?.['value']);
  const to = Array.isArray(data['to']) ? data['to'] : [data['to']];
  return to.map((address, n) => ({
    id: `${id}-${n}`,
    kind,
    address: textOf(address) ?? null,
    messageId: valueOf(/^message-id$/i) ?? textOf(data['message_id']),
    marks: headers.map((one) => textOf(one['value']) ?? '').join('\n'),
    status: statusIn(why),
    code: codeIn(why),
    words: kind === 'complaint' ? 'abuse' : why,
    invalid: kind === 'bounce' && bounce['type'] === 'Permanent',
  }));
}
