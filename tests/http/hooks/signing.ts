import { execFileSync } from 'node:child_process';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';

/** A request as a provider makes it. */
export interface Hook {
  body: string;
  headers?: Record<string, string>;
}

export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:bounces';
export const PASSWORD = 'gaceta:a-long-password';
export const MAILGUN_KEY = 'key-0123456789abcdef';
export const WHSEC = `whsec_${Buffer.from('twenty-four bytes of key').toString('base64')}`;

const curve = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
export const SENDGRID_KEY = curve.publicKey
  .export({ format: 'der', type: 'spki' })
  .toString('base64');

/** A certificate of the test's own, as AWS would serve it, and its key. */
export function makeCertificate(): { key: string; certificate: string } {
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-sns-'));
  try {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=sns.amazonaws.com',
      ].concat(['-keyout', key, '-out', certificate]),
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const CERTIFICATE_URL =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem';

/** A message of SNS, signed with a key. */
export function sns(
  key: string,
  fields: Record<string, string>,
  version: '1' | '2' = '2',
): Record<string, string> {
  const sent: Record<string, string> = {
    Type: 'Notification',
    MessageId: `m-${Math.random()}`,
    TopicArn: TOPIC,
    Timestamp: new Date().toISOString(),
    SignatureVersion: version,
    SigningCertURL: CERTIFICATE_URL,
    ...fields,
  };
  const names =
    sent['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names
    .filter((name) => sent[name] !== undefined)
    .map((name) => `${name}\n${sent[name]}\n`)
    .join('');
  const digest = version === '2' ? 'sha256' : 'sha1';
  return { ...sent, Signature: sign(digest, Buffer.from(text), key).toString('base64') };
}

export function sendgrid(events: unknown, at = new Date()): Hook {
  const body = JSON.stringify(events);
  const time = String(Math.floor(at.getTime() / 1000));
  const signature = sign('sha256', Buffer.from(time + body), curve.privateKey).toString('base64');
  return {
    body,
    headers: {
      'x-twilio-email-event-webhook-timestamp': time,
      'x-twilio-email-event-webhook-signature': signature,
    },
  };
}

export function mailgun(event: unknown, token = `t-${Math.random()}`, at = new Date()): Hook {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', MAILGUN_KEY)
    .update(timestamp + token)
    .digest('hex');
  return {
    body: JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event }),
  };
}

export const basic = (events: unknown, password = PASSWORD): Hook => ({
  body: JSON.stringify(events),
  headers: { authorization: `Basic ${Buffer.from(password).toString('base64')}` },
});

export function standard(
  event: unknown,
  { id = `msg_${Math.random()}`, prefix = 'webhook', at = new Date() } = {},
): Hook {
  const body = JSON.stringify(event);
  return {
    body,
    headers: {
      [`${prefix}-id`]: id,
      [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
      [`${prefix}-signature`]: new Webhook(WHSEC).sign(id, at, body),
    },
  };
}
