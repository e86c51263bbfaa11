import { checkPassword } from './authentic.ts';
import type { Provider, ProviderEvent } from './event.ts';
import { codeIn, idOf, type Json, objectsIn, parseJson, statusIn, textOf } from './json.ts';

/** Postmark, by basic authentication. https://postmarkapp.com/developer/webhooks/bounce-webhook */
export const postmark: Provider = (request, secret) => {
  checkPassword(request, secret);
  const events = objectsIn(parseJson(request.body)).flatMap((one) => eventOf(one) ?? []);
  return { events, signed: false };
};

/** Of its types of bounces; the others are bounces for now. */
const KINDS: Record<string, ProviderEvent['kind'] | 'ignored'> = {
  SpamComplaint: 'complaint',
  Unsubscribe: 'unsubscribe',
  ManuallyDeactivated: 'suppressed',
  SMTPApiError: 'suppressed',
  Subscribe: 'ignored',
  AutoResponder: 'ignored',
  ChallengeVerification: 'ignored',
  OpenRelayTest: 'ignored',
  AddressChange: 'ignored',
  InboundError: 'ignored',
  TemplateRenderingFailed: 'ignored',
};
const INVALID = new Set(['HardBounce', 'BadEmailAddress']);

function eventOf(one: Json): ProviderEvent | undefined {
  const record = textOf(one['RecordType']);
  if (record === 'SubscriptionChange') return changeOf(one);
  if (record !== 'Bounce' && record !== 'SpamComplaint') return undefined;
  const type = textOf(one['Type']) ?? record;
  const kind = record === 'SpamComplaint' ? 'complaint' : (KINDS[type] ?? 'bounce');
  if (kind === 'ignored') return undefined;
  const words = textOf(one['Details'], one['Description'], type) ?? '';
  const content = textOf(one['Content']);
  return {
    id: idOf(record, textOf(one['ID'])),
    kind,
    address: textOf(one['Email']) ?? null,
    messageId: /^message-id:\s*(\S+)/im.exec(content ?? '')?.[1],
    marks: [content, JSON.stringify(one['Metadata'] ?? {})].join('\n'),
    status: statusIn(words),
    code: codeIn(words),
    words: kind === 'complaint' ? 'abuse' : words,
    invalid: INVALID.has(type),
  };
}

/** An address came onto its list of inactive ones. That of a bounce or a complaint is told as such, too. */
function changeOf(one: Json): ProviderEvent | undefined {
  if (one['SuppressSending'] !== true) return undefined;
  const reason = textOf(one['SuppressionReason']) ?? '';
  if (reason !== 'ManualSuppression') return undefined;
  return {
    id: idOf(
      'change',
      textOf(one['MessageID']),
      textOf(one['Recipient']),
      textOf(one['ChangedAt']),
    ),
    kind: one['Origin'] === 'Recipient' ? 'unsubscribe' : 'suppressed',
    address: textOf(one['Recipient']) ?? null,
    marks: JSON.stringify(one['Metadata'] ?? {}),
    words: reason,
  };
}
