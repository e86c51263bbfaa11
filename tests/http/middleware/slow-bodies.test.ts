import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestLog } from '../../../src/http/middleware/request-log.ts';
import { allowSlowBody, limitBodyTime } from '../../../src/http/middleware/slow-bodies.ts';
import { openLog } from '../../../src/process/log.ts';

const app = express();
app.use(requestLog(openLog('silent', 'test'), { answered: () => undefined }), limitBodyTime(200));
app.post('/form', express.text(), (_req, res) => void res.send('read'));
app.post('/import', allowSlowBody, express.text(), (_req, res) => void res.send('read'));
app.post('/unread', (_req, res) => void res.send('not read'));
const server = createServer(app);
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Begins to send a body of which the end does not come. */
function begin(path: string) {
  const { port } = server.address() as AddressInfo;
  const req = request({ port, path, method: 'POST', headers: { 'Content-Type': 'text/plain' } });
  req.on('error', () => {});
  req.write('a');
  return req;
}

it('a body that does not come is 408, and its connection ends', async () => {
  const req = begin('/form');
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  expect(res.statusCode).toBe(408);
  await once(req, 'close');
});

it('a connection ends also where nobody reads the body', async () => {
  const req = begin('/unread');
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  expect(res.statusCode).toBe(200);
  res.resume();
  await once(req, 'close');
});

it('a file that may be sent has the time it needs', async () => {
  const slow = begin('/import');
  // the other one began after it, and is over before it
  await once(begin('/form'), 'response');
  slow.end('b');
  const [res] = (await once(slow, 'response')) as [IncomingMessage];
  expect(res.statusCode).toBe(200);
  res.resume();
});
