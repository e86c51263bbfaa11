import type { Migration } from 'kysely/migration';
import * as initialSchema from './0001-initial-schema.ts';
import * as formPosts from './0002-form-posts.ts';
import * as attention from './0003-attention.ts';
import * as newsletters from './0004-newsletters.ts';
import * as signIn from './0005-sign-in.ts';
import * as bindingsWebhooks from './0006-bindings-webhooks.ts';
import * as readers from './0007-readers.ts';
import * as editions from './0008-editions.ts';
import * as today from './0009-today.ts';
import * as figures from './0010-figures.ts';
import * as bounces from './0011-bounces.ts';
import * as imports from './0012-imports.ts';
import * as importEngine from './0013-import-engine.ts';
import * as moving from './0014-moving.ts';
import * as doors from './0015-doors.ts';
import * as reputation from './0016-reputation.ts';
import * as senderIdentity from './0017-sender-identity.ts';
import * as mails from './0018-mails.ts';
import * as pictures from './0019-pictures.ts';
import * as importSpeed from './0022-import-speed.ts';

/** Every migration by its name, in the order they run. Never edited once released, only added to. */
export const migrations: Record<string, Migration> = {
  '0001-initial-schema': initialSchema,
  '0002-form-posts': formPosts,
  '0003-attention': attention,
  '0004-newsletters': newsletters,
  '0005-sign-in': signIn,
  '0006-bindings-webhooks': bindingsWebhooks,
  '0007-readers': readers,
  '0008-editions': editions,
  '0009-today': today,
  '0010-figures': figures,
  '0011-bounces': bounces,
  '0012-imports': imports,
  '0013-import-engine': importEngine,
  '0014-moving': moving,
  '0015-doors': doors,
  '0016-reputation': reputation,
  '0017-sender-identity': senderIdentity,
  '0018-mails': mails,
  '0019-pictures': pictures,
  '0022-import-speed': importSpeed,
};
