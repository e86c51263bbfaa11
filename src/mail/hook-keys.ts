import { createPublicKey } from 'node:crypto';
import type { ProviderName } from './provider-names.ts';

/** What a provider's entry of HOOK_KEYS must look like, for those whose secret has a form; undefined where it is right. */
export function hookKeyFault(provider: ProviderName, secret: string): string | undefined {
  switch (provider) {
    case 'ses':
      return /^arn:aws[\w-]*:sns:[a-z\d-]+:\d{12}:[\w-]+(\.fifo)?$/.test(secret)
        ? undefined
        : 'ses takes the ARN of the SNS topic, for example arn:aws:sns:eu-west-1:123456789012:bounces';
    case 'sendgrid':
      return isVerificationKey(secret)
        ? undefined
        : 'sendgrid takes the verification key of the signed event webhook, which begins with MFkw';
    case 'resend':
      return isSigningSecret(secret)
        ? undefined
        : 'resend takes the signing secret of the webhook: whsec_ and base64';
    case 'generic':
      return !secret.startsWith('whsec_') || isSigningSecret(secret)
        ? undefined
        : 'generic takes whsec_ and base64, or user:password';
    default:
      return undefined;
  }
}

/** A public key of an elliptic curve, as SendGrid's page shows it. */
function isVerificationKey(secret: string): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.from(secret, 'base64'),
      format: 'der',
      type: 'spki',
    });
    return key.asymmetricKeyType === 'ec';
  } catch {
    return false;
  }
}

/** A secret of Standard Webhooks (https://www.standardwebhooks.com). */
const isSigningSecret = (secret: string): boolean => /^whsec_[A-Za-z\d+/]{16,}={0,2}$/.test(secret);
