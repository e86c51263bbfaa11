import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** The system's own Node where it is older than Gaceta's: the one a newcomer has. */
export const olderNode = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find((node) => {
      const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
      return Number.parseInt(stdout?.slice(1) ?? '', 10) < 24;
    });
