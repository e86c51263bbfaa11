import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { eventually } from '../../harness/eventually.ts';

const program = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot'].find(existsSync);
const imap = '/usr/lib/dovecot/imap';

/** Why Dovecot cannot be run here; undefined where it can. */
export const noDovecot =
  program && existsSync(imap) ? undefined : 'install dovecot-imapd to test the inbound mailbox';

export const USER = 'back';
export const PASSWORD = 'a long password';
export interface Dovecot {
  port: number;
  /** `imap://…/INBOX` of the mailbox. */
  url: string;
  /** The access tokens that count now (XOAUTH2), and those that were shown: a server of ours says so to Dovecot. */
  tokens: { valid: Set<string>; shown: string[] };
  connect(): Promise<ImapFlow>;
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** A Dovecot of its own, on a free port of loopback, with one mailbox, as the user that runs the tests. */
export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-dovecot-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  // as root its own accounts are those of Debian's package; else all of it is this user's
  const root = process.getuid?.() === 0;
  const me = root ? 'dovecot' : String(execFileSync('id', ['-un'])).trim();
  const login = root ? 'dovenull' : me;
  const group = root ? 'dovecot' : String(execFileSync('id', ['-gn'])).trim();
  const ids = root
    ? [String(execFileSync('id', ['-u', me])).trim(), String(execFileSync('id', ['-g', me])).trim()]
    : [String(process.getuid?.()), String(process.getgid?.())];
  const mail = join(folder, 'mail');
  mkdirSync(mail);
  if (root) execFileSync('chown', [`${ids[0]}:${ids[1]}`, mail]);
  const tokens: Dovecot['tokens'] = { valid: new Set(), shown: [] };
  const introspection = await introspect(tokens);
  const oauth2 = join(folder, 'oauth2.conf');
  writeFileSync(
    oauth2,
    `introspection_mode = auth\nintrospection_url = ${introspection.url}\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n`,
  );
  writeFileSync(
    join(folder, 'dovecot.conf'),
    `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
default_internal_user = ${me}
default_internal_group = ${group}
default_login_user = ${login}
first_valid_uid = 1
mail_location = maildir:${mail}
mailbox_list_index = no
${root ? '' : 'service anvil {\n chroot =\n}\n'}
service imap-login {
  ${root ? '' : 'chroot ='}
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = ${oauth2}
}
passdb {
  driver = static
  mechanisms = plain login
  args = user=${USER} password=${PASSWORD.replaceAll(' ', '')}
}
userdb {
  driver = static
  args = uid=${ids[0]} gid=${ids[1]} home=${mail}
}
namespace inbox {
  inbox = yes
}
`,
  );
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(program ?? '', ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' });
    await eventually(async () => {
      const client = await connect();
      await client.logout();
      return true;
    });
  };
  const stop = async () => {
    const ending = server;
    server = undefined;
    if (!ending || ending.exitCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    ending.once('exit', () => resolve());
    ending.kill('SIGTERM');
    await promise;
  };
  const secret = PASSWORD.replaceAll(' ', '');
  async function connect(): Promise<ImapFlow> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: false,
      auth: { user: USER, pass: secret },
      logger: false,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
  await start();
  return {
    port,
    url: `imap://${USER}:${secret}@127.0.0.1:${port}/INBOX`,
    tokens,
    connect,
    start,
    stop,
    async remove() {
      await stop();
      introspection.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  probe.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = probe.address();
  probe.close();
  return address && typeof address === 'object' ? address.port : 0;
}

/** Tells Dovecot whose an access token is, and whether it counts (RFC 7662). */
async function introspect({ valid, shown }: Dovecot['tokens']) {
  const server = createHttpServer((request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    shown.push(token);
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ active: valid.has(token), username: USER }));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}
