import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Routes, running } from './postfix.ts';

/** What Exim runs as: a user that is in its own /etc/passwd alone. */
const USER = 9911;
/** Its own mounts; and whatever is started there ends with its first process. */
const OWN_SPACE = ['--mount', '--pid', '--fork'];

/** Debian's Exim unpacked in a folder, neither installed nor started; or why it is not. */
export function unpackExim(): { folder: string } | { missing: string } {
  const missing =
    'Exim of Debian is run by root in a mount namespace: apt-get update finds where it is';
  const folder = fs.mkdtempSync(join(tmpdir(), 'gaceta-exim-'));
  fs.chmodSync(folder, 0o755);
  try {
    if (process.getuid?.() !== 0 || spawnSync('unshare', [...OWN_SPACE, 'true']).status !== 0)
      throw new Error(missing);
    const says = (command: string, ...args: string[]) =>
      execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    const libraries = [
      ...says('apt-cache', 'depends', 'exim4-daemon-light').matchAll(/^ *Depends: (lib\S+)$/gm),
    ].flatMap(([, name = '']) =>
      spawnSync('dpkg-query', ['--show', name]).status === 0 ? [] : [name],
    );
    says('apt-get', 'download', '-qq', 'exim4-daemon-light', ...libraries);
    for (const file of fs.readdirSync(folder)) says('dpkg', '-x', file, 'root');
    return { folder };
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    if (process.env.CI) throw error;
    console.warn(`skipped: ${missing}`);
    return { missing };
  }
}

/** Starts Exim. It tells of a delay, and tries again, after a second; who is at away.example answers that they are away. */
export async function startExim(folder: string, port: number, routes: Routes) {
  const etc = join(folder, 'etc');
  fs.mkdirSync(join(etc, 'exim4'), { recursive: true });
  for (const name of ['spool', 'log']) {
    fs.mkdirSync(join(folder, name));
    fs.chownSync(join(folder, name), USER, USER);
  }
  for (const name of ['passwd', 'group']) {
    const line = `Debian-exim:x:${USER}:${name === 'passwd' ? `${USER}::/:/bin/false` : ''}\n`;
    fs.writeFileSync(join(etc, name), fs.readFileSync(`/etc/${name}`, 'utf8') + line);
  }
  // it drops its privileges and runs itself again, where LD_LIBRARY_PATH is not believed
  fs.writeFileSync(join(etc, 'ld.so.conf'), `${libraryFolders(join(folder, 'root')).join('\n')}\n`);
  execFileSync('ldconfig', ['-X', '-f', join(etc, 'ld.so.conf'), '-C', join(etc, 'ld.so.cache')]);
  const to = Object.entries(routes).map(([domain, at]) => `${domain} 127.0.0.1::${at} byname`);
  const conf = `primary_hostname = mx.relay.example
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
disable_ipv6
keep_environment =
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept
acl_smtp_data = accept
delay_warning = 1s
begin acl
begin routers
away:
  driver = accept
  domains = away.example
  transport = vacation
out:
  driver = manualroute
  route_list = ${to.join(' ; ')}
  self = send
  transport = smtp
begin transports
smtp:
  driver = smtp
  port = 25
vacation:
  driver = autoreply
  from = away@away.example
  to = $sender_address
  subject = Out of office
  text = I am back on Monday.
  user = Debian-exim
begin retry
* * F,1h,1s
`;
  fs.writeFileSync(join(etc, 'exim4/exim4.conf'), conf);
  // the paths of its configuration and of itself are compiled in; it ends with our end of the pipe
  const mounts = `mount --make-rprivate / && mount --bind ${etc} /etc && mount --bind ${folder}/root/usr/sbin /usr/sbin &&
    (/usr/sbin/exim4 -bdf -q1s </dev/null & read -r _)`;
  const child = spawn('unshare', [...OWN_SPACE, 'sh', '-c', mounts], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return running(child, port, () => child.stdin.end());
}

/** The folders that what was unpacked has its shared libraries in. */
const libraryFolders = (root: string): string[] => [
  ...new Set(
    fs
      .readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.so\.\d+$/.test(file))
      .map((file) => join(root, dirname(file))),
  ),
];
