import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterAll } from 'vitest';

/** Serves on a free port of this machine until the file's tests are over. Answers the origin. */
export async function listenWhileTesting(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (!address || typeof address !== 'object') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}
