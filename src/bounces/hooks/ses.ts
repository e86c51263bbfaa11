import type { Provider, ProviderEvent } from './event.ts';
import { codeIn, type Json, listOf, objectOf, parseJson, textOf } from './json.ts';
import { readSns } from './sns.ts';

/**
 * Amazon SES through SNS: notifications of an identity, or events of a configuration set.
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
 */
export const ses: Provider = async (request, topic) => {
  const notice = await readSns(request, topic);
  if (!notice) return { events: [], signed: true };
  // what SES says when a topic is connected is no JSON
  const body = notice.message.startsWith('{') ? objectOf(parseJson(notice.message)) : {};
  const events = eventsOf(body).map((event, n) => ({ ...event, id: `${notice.id}-${n}` }));
  return { events, signed: true };
};

function eventsOf(body: Json): Omit<ProviderEvent, 'id'>[] {
  const mail = objectOf(body['mail']);
  const headers = listOf(mail['headers']).map(objectOf);
  const about = {
    messageId:
      textOf(headers.find((one) => /^message-id$/i.test(textOf(one['name']) ?? ''))?.['value']) ??
      textOf(objectOf(mail['commonHeaders'])['messageId']),
    marks: [mail['source'], ...headers.map((one) => one['value'])]
      .map((one) => textOf(one) ?? '')
      .join('\n'),
  };
  switch (textOf(body['notificationType'], body['eventType'])) {
    case 'Bounce':
      return bounces(objectOf(body['bounce'])).map((one) => ({ ...one, ...about }));
    case 'Complaint':
      return complaints(objectOf(body['complaint'])).map((one) => ({ ...one, ...about }));
    case 'Subscription':
      return listOf(mail['destination']).map((to) => ({
        kind: 'unsubscribe',
        address: textOf(to) ?? null,
        words: textOf(objectOf(body['subscription'])['source']) ?? '',
        ...about,
      }));
    default:
      return [];
  }
}

function bounces(bounce: Json): Omit<ProviderEvent, 'id'>[] {
  const subType = textOf(bounce['bounceSubType']) ?? '';
  const listed = /suppress/i.test(subType);
  return listOf(bounce['bouncedRecipients']).map((one) => {
    const recipient = objectOf(one);
    const words = textOf(recipient['diagnosticCode'])?.replace(/^smtp;\s*/i, '') ?? subType;
    return {
      kind: listed ? 'suppressed' : 'bounce',
      address: textOf(recipient['emailAddress']) ?? null,
      status: textOf(recipient['status']),
      code: codeIn(words),
      words,
      invalid: bounce['bounceType'] === 'Permanent' && /^(?:General|NoEmail)$/.test(subType),
    };
  });
}

function complaints(complaint: Json): Omit<ProviderEvent, 'id'>[] {
  const subType = textOf(complaint['complaintSubType']);
  const listed = /suppress/i.test(subType ?? '');
  return listOf(complaint['complainedRecipients']).map((one) => ({
    kind: listed ? 'suppressed' : 'complaint',
    address: textOf(objectOf(one)['emailAddress']) ?? null,
    // on its list for an earlier complaint
    words: listed
      ? `complaint: ${subType}`
      : (textOf(subType, complaint['complaintFeedbackType']) ?? 'abuse'),
  }));
}
