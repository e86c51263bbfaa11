import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

// What every system with a C++ program on it has: glibc's own libraries and GCC's two.
const EVERYWHERE = /^(libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s)\.so\.\d$|^ld-linux/;

const shipped =
  process.platform === 'linux' &&
  createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);

it.runIf(shipped)('the Node that npm brings needs no library that a bare Debian lacks', () => {
  const loaded = execFileSync('ldd', [String(shipped)], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s/)[0]?.split('/').at(-1) ?? '')
    .filter((name) => name && !name.startsWith('linux-vdso'));
  expect(loaded).toContain('libc.so.6');
  expect(loaded.filter((name) => !EVERYWHERE.test(name))).toEqual([]);
});

it('every package of the lock file runs on this Node: .npmrc keeps npm from saying so', () => {
  const { status, stderr } = spawnSync(
    'npm',
    ['ci', '--dry-run', '--engine-strict', '--offline', '--loglevel=warn'],
    {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
