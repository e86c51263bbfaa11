import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Finds a program that some suites need; on Debian and Ubuntu as root it is installed when missing.
 * With CI=true a missing one is an error: nothing may be skipped there.
 */
export function provideTool(
  program: string,
  aptPackage: string,
): { path: string } | { missing: string } {
  const found = find(program);
  if (found) return { path: found };
  const command = `apt-get update && apt-get install -y ${aptPackage}`;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`installing ${aptPackage} (${command})`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('sh', ['-c', command], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const installed = find(program);
    if (installed) return { path: installed };
  }
  const missing = `${program} is not installed; add it with: ${command}`;
  if (process.env.CI) throw new Error(missing);
  console.warn(`skipped where it is needed: ${missing}`);
  return { missing };
}

/** The shell without windows where it is there: a browser that opens windows nobody sees takes twice as long. */
export function provideChromium(): { path: string } | { missing: string } {
  const shell = find('chromium-headless-shell');
  return shell ? { path: shell } : provideTool('chromium', 'chromium');
}

function find(program: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
