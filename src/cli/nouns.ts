import type { Command } from 'commander';
import { registerArchive } from './archive.ts';
import { registerArticles } from './articles.ts';
import { registerAttention } from './attention.ts';
import { registerAudit } from './audit.ts';
import { registerBackup } from './backup.ts';
import { registerBounces } from './bounces.ts';
import { registerDkim } from './dkim.ts';
import { registerDoctor } from './doctor/doctor.ts';
import { registerEditions } from './editions.ts';
import { registerFeeds } from './feeds.ts';
import { registerFigures } from './figures.ts';
import { registerNewsletters } from './newsletters.ts';
import { registerNewsroom } from './newsroom.ts';
import { openForCommand } from './open.ts';
import { registerOperators } from './operators.ts';
import { endWithReader } from './output.ts';
import { registerReceivers } from './receivers.ts';
import { registerRelays } from './relays.ts';
import { registerReports } from './reports.ts';
import { requireRoles } from './roles.ts';
import { registerSendingRules } from './sending-rules.ts';
import { registerSubscribers } from './subscribers.ts';
import { registerSuppressions } from './suppressions.ts';
import { registerTokens } from './tokens.ts';
import { registerWebhooks } from './webhooks.ts';

/** The commands about things: one file per noun, and for each command the role it takes. */
export function registerNouns(program: Command): void {
  endWithReader();
  for (const register of [
    registerNewsroom,
    registerNewsletters,
    registerFeeds,
    registerArticles,
    registerBounces,
    registerEditions,
    registerArchive,
    registerRelays,
    registerDkim,
    registerReceivers,
    registerReports,
    registerFigures,
    registerSendingRules,
    registerSubscribers,
    registerSuppressions,
    registerOperators,
    registerTokens,
    registerWebhooks,
    registerAudit,
    registerAttention,
    registerDoctor,
    registerBackup,
  ])
    register(program, openForCommand);
  requireRoles(program);
}
