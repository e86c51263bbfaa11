import { saysOnList } from '../on-list.ts';
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

/** SparkPost, by basic authentication or OAuth 2. https://developers.sparkpost.com/api/webhooks/ */
export const sparkpost: Provider = (request, secret) => {
  checkPassword(request, secret);
  const events = objectsIn(parseJson(request.body)).flatMap((one) => {
    const [event] = Object.values(objectOf(one['msys']));
    return eventOf(objectOf(event)) ?? [];
  });
  return { events, signed: false };
};

/** Of its classes of bounces: no such recipient; unsubscribed. */
const INVALID = new Set(['10', '30']);
const UNSUBSCRIBED = '90';

function eventOf(one: Json): ProviderEvent | undefined {
  const words = textOf(one['raw_reason'], one['reason']) ?? '';
  const kind = kindOf(one, words);
  if (!kind) return undefined;
  return {
    id: textOf(one['event_id']) ?? idOf(JSON.stringify(one)),
    kind,
    address: textOf(one['rcpt_to'], one['raw_rcpt_to']) ?? null,
    marks: [textOf(one['msg_from']), JSON.stringify(one['rcpt_meta'] ?? {})].join('\n'),
    status: statusIn(words),
    code: codeIn(textOf(one['error_code'])) ?? codeIn(words),
    words: kind === 'complaint' ? (textOf(one['fbtype']) ?? 'abuse') : words,
    invalid: INVALID.has(textOf(one['bounce_class']) ?? ''),
  };
}

function kindOf(one: Json, words: string): ProviderEvent['kind'] | undefined {
  switch (one['type']) {
    case 'bounce':
    case 'out_of_band':
      if (textOf(one['bounce_class']) === UNSUBSCRIBED) return 'unsubscribe';
      return saysOnList(words) ? 'suppressed' : 'bounce';
    case 'policy_rejection':
      return saysOnList(words) ? 'suppressed' : undefined;
    case 'spam_complaint':
      return 'complaint';
    case 'list_unsubscribe':
    case 'link_unsubscribe':
      return 'unsubscribe';
    default:
      return undefined;
  }
}
