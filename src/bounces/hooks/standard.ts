import { Webhook } from 'standardwebhooks';
import { type HookRequest, NotAuthentic } from './event.ts';

/**
 * Checks a signature of Standard Webhooks (https://www.standardwebhooks.com), also under the names that Svix has for its
 * headers. Returns the message's id. Throws NotAuthentic; five minutes late is too late.
 */
export function checkStandard({ header, body }: HookRequest, secret: string): string {
  const of = (name: string) => header(`webhook-${name}`) ?? header(`svix-${name}`) ?? '';
  const headers = {
    'webhook-id': of('id'),
    'webhook-timestamp': of('timestamp'),
    'webhook-signature': of('signature'),
  };
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
  } catch {
    throw new NotAuthentic();
  }
  return headers['webhook-id'];
}
