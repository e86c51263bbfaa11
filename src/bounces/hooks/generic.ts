import { checkPassword } from './authentic.ts';
import type { Provider, ProviderEvent } from './event.ts';
import {
  codeIn,
  idOf,
  type Json,
  objectOf,
  objectsIn,
  parseJson,
  statusIn,
  textOf,
} from './json.ts';
import { checkStandard } from './standard.ts';

const KINDS = new Set<unknown>(['bounce', 'complaint', 'suppressed', 'unsubscribe']);

/**
 * Our own form, for a relay of one's own or a provider without a page here: signed as Standard Webhooks say, or by
 * basic authentication. See docs/deliverability.md.
 */
export const generic: Provider = (request, secret) => {
  const signed = request.header('webhook-signature') !== undefined;
  const id = signed ? checkStandard(request, secret) : undefined;
  if (!signed) checkPassword(request, secret);
  const sent = parseJson(request.body);
  const list = objectOf(sent)['events'] ?? sent;
  const events = objectsIn(list).flatMap((one, n) => {
    const event = eventOf(one);
    return event
      ? [{ ...event, id: textOf(one['id']) ?? idOf(id, String(n), JSON.stringify(one)) }]
      : [];
  });
  return { events, signed };
};

function eventOf(one: Json): Omit<ProviderEvent, 'id'> | undefined {
  const kind = one['type'];
  if (!KINDS.has(kind)) return undefined;
  const words = textOf(one['words']) ?? '';
  return {
    kind: kind as ProviderEvent['kind'],
    address: textOf(one['email']) ?? null,
    messageId: textOf(one['messageId']),
    marks: textOf(one['returnPath']),
    status: statusIn(textOf(one['status'])) ?? statusIn(words),
    code: codeIn(textOf(one['code'])) ?? codeIn(words),
    words: kind === 'complaint' ? words || 'abuse' : words,
    invalid: one['hard'] === true,
  };
}
