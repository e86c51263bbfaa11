import * as fs from 'node:fs';
import { join } from 'node:path';
import { UnusableDataDir } from './errors.ts';

/** The folders of an embedded server. */
export interface Place {
  cluster: string;
  sockets: string;
}

/** The file in DATA_DIR that names the folders which lie elsewhere. */
export const pointerOf = (dataDir: string) => join(dataDir, 'postgres.location');

/** Whether a path lies in a folder. */
export const isWithin = (folder: string, path: string) => path.startsWith(`${folder}/`);

/** Where the server of this DATA_DIR has its folders, by the pointer in it. Changes nothing.
 * @throws UnusableDataDir when the pointer is damaged */
export function readPlace(dataDir: string): Place {
  const inside = { cluster: join(dataDir, 'postgres'), sockets: join(dataDir, 'run') };
  if (!fs.existsSync(pointerOf(dataDir))) return inside;
  try {
    const pointer = JSON.parse(fs.readFileSync(pointerOf(dataDir), 'utf8')) as Partial<Place>;
    return { ...inside, ...pointer };
  } catch (error) {
    throw new UnusableDataDir(
      `${pointerOf(dataDir)}, which says where the database is, cannot be read: ${String(error)}`,
    );
  }
}

/** Notes in DATA_DIR what lies elsewhere; what lies within moves with it and needs no note. */
export function writePlace(dataDir: string, place: Place): void {
  const elsewhere = Object.entries(place).filter(([, folder]) => !isWithin(dataDir, folder));
  if (elsewhere.length === 0) {
    fs.rmSync(pointerOf(dataDir), { force: true });
    return;
  }
  const half = `${pointerOf(dataDir)}.${process.pid}`;
  fs.writeFileSync(half, JSON.stringify(Object.fromEntries(elsewhere)));
  fs.renameSync(half, pointerOf(dataDir));
}
