/** Providers that tell what came back by HTTP, as HOOK_KEYS and the address `/hooks/<name>` name them. */
export const providerNames = [
  'ses',
  'sendgrid',
  'postmark',
  'mailgun',
  'sparkpost',
  'brevo',
  'mailjet',
  'resend',
  'generic',
] as const;

export type ProviderName = (typeof providerNames)[number];
