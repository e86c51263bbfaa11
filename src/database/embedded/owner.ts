import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DataDirBusy, UnusableDataDir } from './errors.ts';

/**
 * Makes this process the owner of DATA_DIR until `close`. The owner is the process that listens on
 * DATA_DIR/owner.sock: a socket that nobody answers on was left by a process that is gone, whatever
 * runs under its pid by now.
 * @throws DataDirBusy or UnusableDataDir
 */
export async function ownDataDir(dataDir: string): Promise<{ close(): Promise<void> }> {
  let folder: number;
  try {
    fs.mkdirSync(dataDir, { recursive: true });
    folder = fs.openSync(dataDir, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  } catch (error) {
    throw unusable(dataDir, error);
  }
  // through the open folder the path is short, however long DATA_DIR is: a socket's has 107 bytes
  const near = process.platform === 'linux' ? `/proc/self/fd/${folder}` : dataDir;
  try {
    const server = await takeOver(dataDir, near, fs.fstatSync(folder));
    return { close: () => giveUp(server, join(near, 'owner.sock'), folder) };
  } catch (error) {
    fs.closeSync(folder);
    throw error;
  }
}

/** Listens under a name of its own first: under the known name nobody ever finds one that does not answer yet. */
async function takeOver(dataDir: string, near: string, { dev, ino }: fs.Stats): Promise<Server> {
  const known = join(near, 'owner.sock');
  const turn = await waitForTurn(`${dev}-${ino}`, dataDir);
  const own = join(near, `owner.${randomBytes(4).toString('hex')}`);
  try {
    if (await answers(known)) throw busy(dataDir);
    fs.rmSync(known, { force: true });
    const server = await listen(own);
    fs.renameSync(own, known);
    server.unref();
    return server;
  } catch (error) {
    if (error instanceof DataDirBusy) throw error;
    throw unusable(dataDir, error);
  } finally {
    turn?.close();
  }
}

/**
 * One process at a time judges whether the socket is stale, else two could both remove it. The turn
 * is a name in the kernel alone (Linux's abstract sockets), which vanishes with its process.
 */
async function waitForTurn(id: string, dataDir: string): Promise<Server | null> {
  if (process.platform !== 'linux') return null;
  for (let tries = 0; tries < 200; tries++) {
    try {
      return await listen(`\0gaceta-${id}`);
    } catch {
      await setTimeout(25);
    }
  }
  throw busy(dataDir);
}

async function listen(path: string): Promise<Server> {
  const server = createServer((peer) => peer.destroy());
  server.listen(path);
  await once(server, 'listening');
  return server;
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return true; // it listens, with its queue full
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return false;
    throw error;
  } finally {
    socket.destroy();
  }
}

async function giveUp(server: Server, known: string, folder: number): Promise<void> {
  if (!server.listening) return;
  fs.rmSync(known, { force: true });
  server.close();
  await once(server, 'close');
  fs.closeSync(folder);
}

function busy(dataDir: string): DataDirBusy {
  return new DataDirBusy(
    `${dataDir} is in use by a running gaceta start; stop it or set DATA_DIR.`,
  );
}

function unusable(dataDir: string, error: unknown): UnusableDataDir {
  const why = error instanceof Error ? error.message : String(error);
  return new UnusableDataDir(
    `${dataDir} cannot be used (${why}); set DATA_DIR to a folder of yours on a local disk.`,
  );
}
