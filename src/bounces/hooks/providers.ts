import type { ProviderName } from '../../mail/provider-names.ts';
import { brevo } from './brevo.ts';
import type { Provider } from './event.ts';
import { generic } from './generic.ts';
import { mailgun } from './mailgun.ts';
import { mailjet } from './mailjet.ts';
import { postmark } from './postmark.ts';
import { resend } from './resend.ts';
import { sendgrid } from './sendgrid.ts';
import { ses } from './ses.ts';
import { sparkpost } from './sparkpost.ts';

/** How each of them signs, and what it tells. */
export const providers: Record<ProviderName, Provider> = {
  ses,
  sendgrid,
  postmark,
  mailgun,
  sparkpost,
  brevo,
  mailjet,
  resend,
  generic,
};
