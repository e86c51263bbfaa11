import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/database/connection.ts';
import { createDatabase } from '../../src/database/create.ts';
import { startEmbedded } from '../../src/database/embedded/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { migrateQueues } from '../../src/queue/engines.ts';
import { provideChromium, provideTool } from './tools.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a database of the test server, `__db__` in place of its name. */
    postgres: string;
    /** Path of redis-server, or why there is none. */
    redisServer: { path: string } | { missing: string };
    chromium: { path: string } | { missing: string };
  }
}

/** One PostgreSQL for the whole run, set for speed since it dies with the run, and a template to clone. */
export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-tests-'));
  const flags = [
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
    'max_connections=400',
  ];
  const server = await startEmbedded(folder, { flags: flags.flatMap((flag) => ['-c', flag]) });
  await createDatabase(server.url('postgres'), 'template_gaceta');
  const { db, close } = openDatabase(server.url('template_gaceta'));
  await migrate(db);
  await close();
  await migrateQueues(server.url('template_gaceta'));
  project.provide('postgres', server.url('__db__'));
  project.provide('redisServer', provideTool('redis-server', 'redis-server'));
  project.provide('chromium', provideChromium());
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
