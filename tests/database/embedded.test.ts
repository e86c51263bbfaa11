import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDatabase } from '../../src/database/create.ts';
import {
  attachEmbedded,
  type Embedded,
  eraseEmbedded,
  startEmbedded,
} from '../../src/database/embedded/embedded.ts';

let folder: string;
let running: { stop(): Promise<void> }[] = [];
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'gaceta-embedded-'));
  fs.chmodSync(folder, 0o711); // folders below it are in reach when we are root
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const each of running) await each.stop();
  [running, children] = [[], []];
  await eraseEmbedded(folder); // stops what a killed starter left
});

async function start(dataDir = folder, flags: string[] = []): Promise<Embedded> {
  const embedded = await startEmbedded(dataDir, { flags });
  running.push(embedded);
  return embedded;
}

async function ask(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows;
  } finally {
    await client.end();
  }
}

/** A start in a process of its own, as `gaceta start` is. */
async function startElsewhere(dataDir: string) {
  const child = fork(join(import.meta.dirname, 'fixtures/start-embedded.ts'), [dataDir], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const said = JSON.parse(line.toString('utf8')) as { url: string; adopted: boolean };
  return { child, ...said };
}

const postmasterPid = (cluster: string) =>
  Number.parseInt(fs.readFileSync(join(cluster, 'postmaster.pid'), 'utf8'), 10);

test('starts, stops, and starts again with what was written', async () => {
  const first = await start();
  expect(first.adopted).toBe(false);
  await createDatabase(first.url('postgres'), 'gaceta');
  await ask(first.url(), 'create table kept as select 41 + 1 as answer');
  await first.stop();
  await first.stop();
  expect(await attachEmbedded(folder)).toBeNull();

  const second = await start();
  expect(second.adopted).toBe(false);
  expect(await ask(second.url(), 'select answer from kept')).toEqual([[42]]);
});

test('listens on a closed unix socket alone, with durable commits and UTF-8', async () => {
  const embedded = await start();
  const rows = await ask(
    embedded.url('postgres'),
    `select name, setting from pg_settings where name in ('listen_addresses', 'max_connections',
       'synchronous_commit', 'fsync', 'server_encoding', 'TimeZone') order by name`,
  );
  expect(Object.fromEntries(rows)).toEqual({
    fsync: 'on',
    listen_addresses: '',
    max_connections: '200',
    server_encoding: 'UTF8',
    synchronous_commit: 'on',
    TimeZone: 'UTC',
  });
  expect(fs.statSync(join(folder, 'run')).mode & 0o777).toBe(0o700);
  expect(fs.statSync(join(folder, 'run/.s.PGSQL.5432')).mode & 0o777).toBe(0o700);
  expect(fs.statSync(join(folder, 'postgres')).mode & 0o777).toBe(0o700);
});

test('a path with spaces, quotes and percent signs, and one too long for a socket', async () => {
  for (const name of ["it's 100% «ñ» here", 'long-'.repeat(40)]) {
    const dataDir = join(folder, name);
    const embedded = await start(dataDir);
    expect(await ask(embedded.url('postgres'), 'select 1')).toEqual([[1]]);
    const attached = await attachEmbedded(dataDir);
    expect(attached?.url('postgres')).toBe(embedded.url('postgres'));
    await embedded.stop();
    expect(fs.existsSync(join(dataDir, 'postgres.location'))).toBe(false);
  }
});

test('the server survives kill -9 of its starter, is adopted, and loses nothing', async () => {
  const { child, url } = await startElsewhere(folder);
  await ask(url, 'create table kept as select 1 as answer');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await attachEmbedded(folder))?.url('postgres')).toBe(url);
  const adopted = await start();
  expect(adopted.adopted).toBe(true);
  expect(await ask(url, 'select answer from kept')).toEqual([[1]]);
  await adopted.stop();
  expect(await attachEmbedded(folder)).toBeNull();
});

test('kill -9 of everything: the next start recovers', async () => {
  const { child, url } = await startElsewhere(folder);
  await ask(url, 'create table kept as select 1 as answer');
  const pid = postmasterPid(join(folder, 'postgres'));
  child.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  const again = await start();
  expect(again.adopted).toBe(false);
  expect(await ask(again.url('postgres'), 'select answer from kept')).toEqual([[1]]);
});

test('a starter that exits without stopping takes its server along', async () => {
  const { child } = await startElsewhere(folder);
  child.kill('SIGTERM'); // the fixture answers with process.exit
  const log = () => fs.readFileSync(join(folder, 'postgres.log'), 'utf8');
  await expect.poll(log).toContain('database system is shut down');
  expect(await attachEmbedded(folder)).toBeNull();
});

test('several starts at once share one server', async () => {
  const started = await Promise.all([1, 2, 3].map(() => startElsewhere(folder)));
  expect(new Set(started.map(({ url }) => url)).size).toBe(1);
  const names = fs.readdirSync(folder).sort();
  expect(names).toEqual(['postgres', 'postgres.log', 'run']);
  const [{ url } = { url: '' }] = started;
  expect(await ask(url, 'select 1')).toEqual([[1]]);
});

test('lock files whose pid another program or a zombie has by now do not stop a start', async () => {
  const first = await start();
  const cluster = first.cluster;
  const owner = fs.statSync(cluster);
  await first.stop();
  const socketLock = join(folder, 'run/.s.PGSQL.5432.lock');
  // a program of the very account that PostgreSQL asks about, and a child that nobody reaps
  const other = spawn('/bin/sleep', ['60'], { uid: owner.uid, gid: owner.gid, cwd: '/' });
  // it outlives the shell, which would reap it before it turns into `sleep`
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
    uid: owner.uid,
    gid: owner.gid,
    cwd: '/',
  });
  children.push(other, parent);
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const zombie = Number.parseInt(said.toString('utf8'), 10);
  await expect.poll(() => fs.readFileSync(`/proc/${zombie}/stat`, 'utf8')).toMatch(/\) Z /);
  for (const pid of [other.pid, zombie]) {
    process.kill(pid ?? 0, 0); // is there
    const lock = `${pid}\n${cluster}\n1\n5432\n${join(folder, 'run')}\n\n`;
    for (const file of [join(cluster, 'postmaster.pid'), socketLock]) {
      fs.writeFileSync(file, lock);
      fs.chownSync(file, owner.uid, owner.gid);
    }
    const again = await start();
    expect(again.adopted).toBe(false);
    await again.stop();
  }
});

test('what PostgreSQL says of a broken cluster reaches the person', async () => {
  const first = await start();
  await first.stop();
  fs.rmSync(join(first.cluster, 'global/pg_control'));
  await expect(startEmbedded(folder)).rejects.toThrow(/pg_control/);
  await expect(startEmbedded(folder, { flags: ['-c', 'no_such_setting=1'] })).rejects.toThrow(
    /no_such_setting/,
  );
  fs.writeFileSync(join(first.cluster, 'PG_VERSION'), '17\n');
  await expect(startEmbedded(folder)).rejects.toThrow(/made by PostgreSQL 17.*gaceta restore/s);
});

test('what a first start left that was killed is no cluster, and goes', async () => {
  const half = join(folder, 'postgres.1a2b3c4d');
  fs.mkdirSync(half);
  fs.writeFileSync(join(half, 'PG_VERSION'), '18\n');
  fs.utimesSync(half, 0, 0);
  const embedded = await start();
  expect(await ask(embedded.url('postgres'), 'select 1')).toEqual([[1]]);
  expect(fs.existsSync(half)).toBe(false);
});

test('a damaged pointer is named, not guessed around', async () => {
  fs.writeFileSync(join(folder, 'postgres.location'), '{"cluster":');
  await expect(startEmbedded(folder)).rejects.toThrow(/postgres\.location.* cannot be read/);
  fs.rmSync(join(folder, 'postgres.location'));
});

test('a database is made once, however many ask at the same time', async () => {
  const embedded = await start();
  const url = (name: string) => embedded.url(name);
  await Promise.all([1, 2, 3, 4].map(() => createDatabase(url('postgres'), 'a "name"')));
  await createDatabase(url('postgres'), 'a "name"');
  await ask(url('a "name"'), 'create table kept as select 7 as answer');
  await createDatabase(url('postgres'), 'copy', 'a "name"');
  expect(await ask(url('copy'), 'select answer from kept')).toEqual([[7]]);
  await expect(createDatabase(url('postgres'), 'x', 'no such')).rejects.toThrow(/no such/);
});

test('the environment of the shell does not reach the address', () => {
  const script = `
    import { urlOf } from ${JSON.stringify(join(import.meta.dirname, '../../src/database/embedded/answer.ts'))};
    import pg from 'pg';
    const { host, port, user, database, ssl, connectionParameters } =
      new pg.Client(urlOf('/tmp/x y', 'gaceta'));
    const options = connectionParameters.options.trim();
    process.stdout.write(JSON.stringify({ host, port, user, database, ssl, options }));`;
  const env = {
    PGHOST: 'h',
    PGPORT: '1',
    PGUSER: 'u',
    PGDATABASE: 'd',
    PGSSLMODE: 'require',
    PGOPTIONS: '-c statement_timeout=1',
  };
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    env,
    cwd: join(import.meta.dirname, '../..'),
  });
  expect(JSON.parse(out.toString('utf8'))).toEqual({
    host: '/tmp/x y',
    port: 5432,
    user: 'gaceta',
    database: 'gaceta',
    ssl: false,
    options: '',
  });
});

test('a server that crashes and is started again leaves no listener behind', async () => {
  const before = process.listenerCount('exit');
  (await startEmbedded(folder)).kill();
  await (await startEmbedded(folder)).stop();
  expect(process.listenerCount('exit')).toBe(before);
});
