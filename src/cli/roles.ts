import type { Command } from 'commander';
import type { By } from '../actions/operators.ts';
import type { Role } from '../database/tables.ts';
import type { Actor } from '../operators/audit.ts';
import { requireRole } from '../operators/roles.ts';

/** A command that does not say which role it takes. Thrown at the start. */
export class CommandWithoutRule extends Error {
  override name = 'CommandWithoutRule';
}

/** The least role of each command, the same that the API asks for. */
const leastRoles: Record<string, Role> = {
  start: 'owner',
  web: 'owner',
  worker: 'owner',
  migrate: 'owner',
  demo: 'owner',
  doctor: 'owner',
  backup: 'owner',
  restore: 'owner',
  release: 'owner',
  attention: 'viewer',
  'newsroom show': 'viewer',
  'newsroom update': 'admin',
  'newsroom logo': 'admin',
  'newsletters list': 'viewer',
  'newsletters create': 'admin',
  'newsletters update': 'admin',
  'newsletters show': 'viewer',
  'newsletters logo': 'admin',
  'newsletters archive': 'admin',
  'newsletters unarchive': 'admin',
  'newsletters release': 'admin',
  'feeds list': 'viewer',
  'feeds add': 'editor',
  'feeds fetch': 'editor',
  'feeds update': 'editor',
  'feeds remove': 'editor',
  'feeds parse': 'viewer',
  'bounces list': 'viewer',
  'bounces classify': 'viewer',
  'articles list': 'viewer',
  'articles add': 'editor',
  'editions list': 'viewer',
  'editions show': 'viewer',
  'editions preview': 'viewer',
  'editions missed': 'viewer',
  'editions audience': 'viewer',
  'editions unsubscribes': 'viewer',
  'editions compose': 'sender',
  'editions test': 'sender',
  'editions send': 'sender',
  'editions pause': 'sender',
  'editions resume': 'sender',
  'editions cancel': 'sender',
  'editions resend-missed': 'sender',
  'archive import': 'admin',
  'archive list': 'viewer',
  'archive remove': 'admin',
  figures: 'viewer',
  'relays list': 'viewer',
  'relays test': 'admin',
  'dkim list': 'viewer',
  'reports dmarc': 'viewer',
  'reports tls': 'viewer',
  'dkim rotate': 'admin',
  'subscribers list': 'admin',
  'subscribers show': 'admin',
  'subscribers add': 'admin',
  'subscribers update': 'admin',
  'subscribers suppress': 'admin',
  'subscribers send-confirmation': 'admin',
  'subscribers send-links': 'admin',
  'subscribers leaving-reasons': 'viewer',
  'subscribers import': 'admin',
  'subscribers export': 'admin',
  'subscribers bulk': 'admin',
  'subscribers erase': 'admin',
  'receivers list': 'viewer',
  'receivers set': 'admin',
  'receivers resting': 'viewer',
  'relays warm-up': 'admin',
  'sending-rules show': 'viewer',
  'sending-rules update': 'admin',
  'suppressions list': 'admin',
  'suppressions add': 'admin',
  'suppressions import': 'admin',
  'suppressions remove': 'admin',
  'operators list': 'admin',
  'operators create': 'admin',
  'operators update': 'admin',
  'operators disable': 'admin',
  'operators enable': 'admin',
  'operators link': 'admin',
  'operators end-sessions': 'admin',
  'operators reset-two-factor': 'admin',
  'operators require-two-factor': 'admin',
  'tokens list': 'admin',
  'tokens create': 'admin',
  'tokens revoke': 'admin',
  audit: 'admin',
  'webhooks list': 'admin',
  'webhooks add': 'admin',
  'webhooks remove': 'admin',
  'webhooks test': 'admin',
};

/** Who types a command, for the audit. */
export const actorOf = (): Actor => ({ kind: 'cli' });

/** Their role. Who may run commands here can also read the database: nothing would be won by a lesser one. */
export const roleOf = (): Role => 'owner';

/** Who acts, as actions ask it: who can read the database reaches the whole newsroom. */
export const by = (): By => ({ actor: actorOf(), role: roleOf(), scope: null });

/** Has every command ask for its role before it acts. Throws CommandWithoutRule when one names none. */
export function requireRoles(program: Command, roles: Record<string, Role> = leastRoles): void {
  const without = leaves(program).filter((command) => !(nameOf(command) in roles));
  if (without.length > 0)
    throw new CommandWithoutRule(
      `These commands say of no role that it may use them: ${without.map(nameOf).join(', ')}`,
    );
  program.hook('preAction', (_program, command) => {
    requireRole(roleOf(), roles[nameOf(command)] ?? 'owner');
  });
}

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);

/** `operators link`: the words behind `gaceta`. */
function nameOf(command: Command): string {
  const { parent } = command;
  if (!parent) return '';
  return `${nameOf(parent)} ${command.name()}`.trim();
}
