#!/usr/bin/env node
// JavaScript of the oldest kind that is still met: it runs under any Node, and finds the one Gaceta needs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
// by name it would not even load under Node 20
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  // Types are stripped once and not at every start: cli.ts itself is loaded with the cache on.
  module.enableCompileCache();
  await import('../src/cli.ts');
} else {
  const shipped = shippedNode();
  if (shipped) runUnder(shipped);
  else refuse();
}

/** The Node that `npm ci` brought, where its package is for this system. */
function shippedNode() {
  const name = `../node_modules/node-${process.platform}-${process.arch}/bin/node`;
  const path = fileURLToPath(new URL(name, import.meta.url));
  return existsSync(path) ? path : undefined;
}

/** Goes on as `node`, with this process as a thin shell around it: same terminal, signals and exit code. */
function runUnder(node) {
  // The channel ends the service when this process is killed and cannot pass that on.
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('error', refuse);
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function refuse() {
  console.error(
    `Gaceta needs Node ${NEEDED} or newer and this is ${process.version}: "npm ci" brings it on Linux (x64, arm64), elsewhere install it.`,
  );
  process.exitCode = 1;
}
