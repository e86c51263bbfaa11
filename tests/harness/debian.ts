import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { provideTool } from './tools.ts';

/** A Debian in a folder, with nothing in it but what its packages brought. */
export interface Debian {
  root: string;
  /** Puts this Node there, with this machine's npm and what that has fetched so far. */
  addNode(node: string): Promise<void>;
  /** Starts a command as process 1 of its own, as a container would. */
  start(command: string[], as?: As): Started;
  /** The same to its end: what it said on stdout and stderr. Throws that when it fails. */
  run(command: string[], as?: As): Promise<string>;
  copy(): Promise<Debian>;
}
export interface As {
  user?: string;
  folder?: string;
  env?: Record<string, string>;
}
export interface Started {
  said(): string;
  /** To process 1 of the command. */
  signal(name: NodeJS.Signals): void;
  ended: Promise<number | NodeJS.Signals | null>;
  /** Runs another command beside it to its end, as `docker exec` would: what it said on stdout. */
  exec(command: string[]): Promise<string>;
}

/** Why no Debian can be made here, or undefined. With CI=true that is an error. */
export function debianMissing(): string | undefined {
  const why = reason();
  if (why && process.env.CI) throw new Error(why);
  if (why) console.warn(`skipped: ${why}`);
  return why;
}

function reason(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'only root on Linux can make a bare Debian';
  if (spawnSync('unshare', [...OWN_SPACE, 'true']).status !== 0)
    return 'no namespace of its own may be made here for a bare Debian';
  const found = provideTool('debootstrap', 'debootstrap');
  return 'missing' in found ? found.missing : undefined;
}

// It sees its own processes and mounts alone, and ends with the process that started it.
const OWN_SPACE = ['--mount', '--pid', '--fork', '--kill-child'];
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const CACHE = '/var/cache/npm';

/** Makes a minimal bookworm; `remove` it at the end. */
export async function makeDebian(): Promise<{ debian: Debian; remove(): void }> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'gaceta-debian-'));
  fs.chmodSync(folder, 0o755);
  const base = join(folder, 'base');
  await toEnd(spawn('debootstrap', ['--variant=minbase', 'bookworm', base]));
  // as the slim images do
  for (const much of [
    'usr/share/doc',
    'usr/share/locale',
    'usr/share/man',
    'var/cache/apt',
    'var/lib/apt/lists',
  ])
    await toEnd(spawn('rm', ['-rf', join(base, much)]));
  fs.mkdirSync(join(base, 'dev/shm'), { recursive: true });
  fs.chmodSync(join(base, 'dev/shm'), 0o1777);
  // the way out to the package registries, as this machine has it
  for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt']) {
    if (!fs.existsSync(file)) continue;
    fs.mkdirSync(join(base, dirname(file)), { recursive: true });
    fs.copyFileSync(file, join(base, file));
  }
  return {
    debian: openDebian(base, folder),
    remove: () => execFileSync('rm', ['-rf', '--one-file-system', folder]),
  };
}

function openDebian(root: string, folder: string): Debian {
  const inside = (command: string[], { user = 'root', folder: cwd = '/', env = {} }: As) => {
    const enter = ['chroot', `--userspec=${user}:`, root, 'env', '-i', ...variables(env)];
    return enter.concat('sh', '-c', 'cd "$0" && exec "$@"', cwd, command);
  };
  const own = (command: string[], as: As) => {
    const mounts = `mount -t proc proc ${root}/proc && exec "$@"`;
    const child = spawn(
      'unshare',
      [...OWN_SPACE, 'sh', '-c', mounts, 'sh', ...inside(command, as)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const killAtExit = () => child.kill('SIGKILL');
    process.once('exit', killAtExit);
    child.once('close', () => process.removeListener('exit', killAtExit));
    return child;
  };
  return {
    root,
    async addNode(node) {
      fs.copyFileSync(node, join(root, 'usr/local/bin/node'));
      const npm = join(dirname(fs.realpathSync(onPath('npm'))), '..');
      const home = join(root, 'usr/local/lib/node_modules/npm');
      await shell('mkdir -p "$1" && cp -r "$0/." "$1"', npm, home);
      fs.symlinkSync(
        join('..', 'lib/node_modules/npm/bin/npm-cli.js'),
        join(root, 'usr/local/bin/npm'),
      );
      // what npm has fetched is linked to; its index is copied, for npm writes on in it
      const link = `mkdir -p "$1"; cd "$0" || exit 0
        cp -r index-v5 "$1"; cp -rl content-v2 "$1" || cp -r content-v2 "$1"
        chmod -R a+rwX "$1/index-v5"; find "$1" -type d -exec chmod a+rwx {} +`;
      await shell(link, join(npmSetting('cache'), '_cacache'), join(root, CACHE, '_cacache'));
      fs.chmodSync(join(root, CACHE), 0o777);
    },
    start(command, as = {}) {
      const child = own(command, as);
      const said = listen(child);
      // `unshare` has one child, process 1 of the new space
      const first = () =>
        execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], {
          encoding: 'utf8',
        }).trim();
      return {
        said,
        signal: (name) => void process.kill(Number(first()), name),
        ended: new Promise((done) => child.once('close', (code, signal) => done(code ?? signal))),
        exec: (other) =>
          toEnd(
            spawn('nsenter', ['-m', '-p', '-t', first(), ...inside(other, as)], {
              stdio: ['ignore', 'pipe', 'inherit'],
            }),
          ),
      };
    },
    run: (command, as = {}) => toEnd(own(command, as)),
    async copy() {
      const to = fs.mkdtempSync(join(folder, 'copy-'));
      fs.chmodSync(to, 0o755);
      await toEnd(spawn('cp', ['-a', '--reflink=auto', `${root}/.`, to]));
      return openDebian(to, folder);
    },
  };
}

const variables = (env: Record<string, string>): string[] =>
  Object.entries({
    PATH: SYSTEM_PATH,
    ...registry(),
    ...env,
  }).map(([name, value]) => `${name}=${value}`);

/** Where this machine's npm and apt find their registries, and what npm has fetched so far. */
function registry(): Record<string, string> {
  const proxies = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  const authority = npmSetting('cafile');
  return {
    ...(Object.fromEntries(proxies) as Record<string, string>),
    npm_config_registry: npmSetting('registry'),
    ...(authority !== 'null' && { npm_config_cafile: '/etc/ssl/certs/ca-certificates.crt' }),
    npm_config_cache: CACHE,
    npm_config_prefer_offline: 'true',
    DEBIAN_FRONTEND: 'noninteractive',
  };
}

const settings = new Map<string, string>();
function npmSetting(name: string): string {
  const known = settings.get(name);
  if (known !== undefined) return known;
  const read = execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim();
  settings.set(name, read);
  return read;
}

const shell = (script: string, ...values: string[]) =>
  toEnd(spawn('sh', ['-ec', script, ...values]));

const onPath = (program: string) =>
  execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();

function listen(child: ChildProcess): () => string {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return () => said;
}

async function toEnd(child: ChildProcess): Promise<string> {
  const said = listen(child);
  const code = await new Promise<number | null>((done) => child.once('close', done));
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}:\n${said()}`);
  return said();
}
