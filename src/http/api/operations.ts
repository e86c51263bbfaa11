import { sourceOperations } from './article-sources.ts';
import { articleOperations } from './articles.ts';
import { attentionOperations } from './attention.ts';
import { auditOperations } from './audit.ts';
import { bounceOperations } from './bounces.ts';
import { bulkOperations } from './bulk.ts';
import { deliveryOperations } from './deliveries.ts';
import { dkimOperations } from './dkim.ts';
import { earlierEditionOperations } from './earlier-editions.ts';
import { steeringOperations, testOperations } from './edition-steering.ts';
import { editionOperations } from './editions.ts';
import { externalArticleOperations } from './external-articles.ts';
import { feedOperations } from './feeds.ts';
import { figureOperations } from './figures.ts';
import { importOperations } from './imports.ts';
import { leavingReasonOperations } from './leaving-reasons.ts';
import { newsletterOperations } from './newsletters.ts';
import { newsroomOperations } from './newsroom.ts';
import type { Operation } from './operation.ts';
import { operatorOperations } from './operators.ts';
import { previewOperations } from './preview.ts';
import { receiverOperations } from './receivers.ts';
import { relayOperations } from './relays.ts';
import { reportOperations } from './reports.ts';
import { senderOperations } from './sender.ts';
import { sendingRuleOperations } from './sending-rules.ts';
import { signUpOperations } from './sign-up.ts';
import { subscriberOperations } from './subscribers.ts';
import { suppressionOperations } from './suppressions.ts';
import { tokenOperations } from './tokens.ts';
import { translationOperations } from './translations.ts';
import { twoFactorOperations } from './two-factor.ts';
import { webhookOperations } from './webhooks.ts';

/** Every call of the API. */
export const operations: Operation[] = [
  ...newsroomOperations,
  ...attentionOperations,
  ...signUpOperations,
  ...sendingRuleOperations,
  ...newsletterOperations,
  ...feedOperations,
  ...articleOperations,
  ...externalArticleOperations,
  ...sourceOperations,
  ...translationOperations,
  ...editionOperations,
  ...steeringOperations,
  ...testOperations,
  ...previewOperations,
  ...earlierEditionOperations,
  ...deliveryOperations,
  ...relayOperations,
  ...dkimOperations,
  ...senderOperations,
  ...bounceOperations,
  ...receiverOperations,
  ...reportOperations,
  ...figureOperations,
  ...subscriberOperations,
  ...bulkOperations,
  ...leavingReasonOperations,
  ...importOperations,
  ...suppressionOperations,
  ...operatorOperations,
  ...twoFactorOperations,
  ...tokenOperations,
  ...webhookOperations,
  ...auditOperations,
];
