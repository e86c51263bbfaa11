import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../harness/eventually.ts';

/** Where mail of a domain goes: a port of this machine. */
export type Routes = Record<string, number>;

/** Debian's Postfix unpacked in a folder, neither installed nor started; or why it is not. */
export function unpackPostfix(): { folder: string } | { missing: string } {
  const missing = 'Postfix of Debian is run by root: apt-get update finds where it is';
  const folder = fs.mkdtempSync(join(tmpdir(), 'gaceta-mail-servers-'));
  fs.chmodSync(folder, 0o755);
  try {
    if (process.getuid?.() !== 0) throw new Error(missing);
    execFileSync('apt-get', ['download', '-qq', 'postfix'], { cwd: folder, stdio: 'pipe' });
    for (const file of fs.readdirSync(folder))
      execFileSync('dpkg', ['-x', file, 'root'], { cwd: folder });
    return { folder };
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    if (process.env.CI) throw error;
    console.warn(`skipped: ${missing}`);
    return { missing };
  }
}

/** Starts Postfix. It tells of a delay, and tries again, after a second. */
export async function startPostfix(folder: string, port: number, routes: Routes) {
  const own = makeFolder(folder, 'postfix');
  const programs = join(folder, 'root/usr');
  const queue = join(own, 'queue');
  const owner = Number(execFileSync('id', ['-u', 'uucp'], { encoding: 'utf8' }));
  const group = Number(execFileSync('id', ['-g', 'news'], { encoding: 'utf8' }));
  for (const name of [
    'active',
    'bounce',
    'corrupt',
    'defer',
    'deferred',
    'flush',
    'hold',
    'incoming',
    'private',
    'saved',
    'trace',
    'maildrop',
    'public',
    'pid',
    'data',
  ]) {
    fs.mkdirSync(join(queue, name), { recursive: true });
    if (name !== 'pid')
      fs.chownSync(join(queue, name), owner, name === 'public' || name === 'maildrop' ? group : 0);
    fs.chmodSync(join(queue, name), { pid: 0o755, public: 0o710, maildrop: 0o730 }[name] ?? 0o700);
  }
  fs.mkdirSync(join(own, 'conf'));
  const to = Object.entries(routes).map(([domain, at]) => `{${domain} = smtp:[127.0.0.1]:${at}}`);
  const main = `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${queue}/data
daemon_directory = ${programs}/lib/postfix/sbin
command_directory = ${programs}/sbin
shlib_directory = ${programs}/lib/postfix
mail_owner = uucp
setgid_group = news
import_environment = MAIL_CONFIG LD_LIBRARY_PATH
maillog_file = ${own}/log
maillog_file_prefixes = ${own}
myhostname = mx.relay.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
mydestination =
alias_maps =
transport_maps = inline:{ ${to.join(', ')} }
delay_warning_time = 1s
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
`;
  const services = `127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
  fs.writeFileSync(join(own, 'conf/main.cf'), main);
  fs.writeFileSync(join(own, 'conf/master.cf'), services);
  const env = { LD_LIBRARY_PATH: `${programs}/lib/postfix`, MAIL_CONFIG: `${own}/conf` };
  const child = spawn(`${programs}/lib/postfix/sbin/master`, ['-c', `${own}/conf`, '-d'], {
    cwd: queue,
    env,
    stdio: 'ignore',
  });
  return running(child, port);
}

function makeFolder(folder: string, name: string): string {
  const own = join(folder, name);
  fs.mkdirSync(own);
  fs.chmodSync(own, 0o755);
  return own;
}

/** A mail server that was started, once it greets. */
export async function running(
  child: ChildProcess,
  port: number,
  end: () => unknown = () => child.kill('SIGTERM'),
): Promise<{ close(): Promise<void> }> {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  await eventually(async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'data');
    } finally {
      socket.destroy();
    }
  });
  return {
    async close() {
      const ended = once(child, 'exit');
      end();
      await ended;
      process.removeListener('exit', kill);
    },
  };
}
