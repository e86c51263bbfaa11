import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonBody } from '../../../src/http/middleware/bodies.ts';
import { apiErrors, errorPages, notFound } from '../../../src/http/middleware/errors.ts';
import { requestLog } from '../../../src/http/middleware/request-log.ts';
import { sameOrigin } from '../../../src/http/middleware/same-origin.ts';
import { OperatorExists } from '../../../src/operators/accounts.ts';

const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

const app = express();
app.use(requestLog(log, { answered: () => undefined }));
const api = express.Router();
api.post('/strict', ...jsonBody, (req, res) => {
  const body: unknown = req.body;
  res.json(z.strictObject({ a: z.strictObject({ b: z.number() }) }).parse(body));
});
api.get('/taken', () => {
  throw new OperatorExists('There is one already.');
});
api.get('/limited', () => {
  throw { msBeforeNext: 4200 };
});
api.get('/away', () => {
  throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
});
api.get('/confirm/:token', () => {
  throw new Error('password=hunter2');
});
api.use(notFound);
api.use(apiErrors({ log }));
app.use('/api', api);
app.post('/form', sameOrigin('https://news.example.org'), (_req, res) => void res.send('ok'));
app.use(notFound);
app.use(errorPages({ log, config: { publicPath: '' } }));

const server = createServer(app);
let base = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const json = (body: string, type = 'application/json') =>
  fetch(`${base}/api/strict`, { method: 'POST', headers: { 'Content-Type': type }, body });

describe('a problem', () => {
  it('is problem+json with every member of RFC 9457', async () => {
    const res = await fetch(`${base}/api/taken`);
    expect(res.status).toBe(409);
    expect(res.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await res.json()).toEqual({
      type: 'urn:gaceta:operator-exists',
      title: 'Conflict',
      status: 409,
      detail: 'There is one already.',
      instance: `urn:uuid:${res.headers.get('x-request-id')}`,
    });
  });

  it('points at every wrong field, unknown ones too', async () => {
    const res = await json('{"a":{"b":"x","c~/d":1},"z":2}');
    expect(res.status).toBe(422);
    const { errors } = (await res.json()) as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer).sort()).toEqual(['/a/b', '/a/c~0~1d', '/z']);
  });

  it('says of a field that is missing or of another kind what to send', async () => {
    const told = async (body: string) => {
      const { errors } = (await (await json(body)).json()) as { errors: { detail: string }[] };
      return errors.map((error) => error.detail);
    };
    expect(await told('{"a":{}}')).toEqual(['This field is needed.']);
    expect(await told('[]')).toEqual(['Send a JSON object here, not array.']);
    expect(await told('{"a":{"b":"x"}}')).toEqual(['Send a number here, not string.']);
  });

  it.each([
    ['words', 400, 'not json', 'application/json'],
    ['half of JSON', 400, '{"a":', 'application/json; charset=utf-8'],
    ['a form', 415, 'a=1', 'application/x-www-form-urlencoded'],
    ['an unknown charset', 415, '{}', 'application/json; charset=klingon'],
    ['5 MB', 413, JSON.stringify({ a: 'x'.repeat(5_000_000) }), 'application/json'],
    ['a prototype', 422, '{"a":{"b":1},"__proto__":{"x":1}}', 'application/json'],
    ['a list', 422, '[]', 'application/json'],
    ['nothing', 422, '', 'application/json'],
  ])('of %s as body is %i', async (_what, status, body, type) => {
    const res = await json(body, type);
    expect(res.status).toBe(status);
    expect(await res.json()).toMatchObject({ status });
  });

  it('of a limiter says when to come back', async () => {
    const res = await fetch(`${base}/api/limited`);
    expect([res.status, res.headers.get('retry-after')]).toEqual([429, '5']);
  });

  it('of an absent database is 503', async () => {
    const res = await fetch(`${base}/api/away`);
    expect([res.status, res.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('that nobody foresaw shows an id and no more, and no token in the log', async () => {
    const res = await fetch(`${base}/api/confirm/SECRETTOKEN`);
    const body = await res.text();
    expect(res.status).toBe(500);
    expect(body).not.toContain('hunter2');
    expect(body).toContain(res.headers.get('x-request-id'));
    await expect.poll(() => lines.some((line) => line.includes('/api/confirm/:token'))).toBe(true);
    expect(lines.join('')).not.toContain('SECRETTOKEN');
    expect(lines.join('')).toContain('hunter2');
  });

  it('is a page for a person in their language, JSON for a program', async () => {
    const page = await fetch(`${base}/nothing/<script>`, {
      headers: { Accept: 'text/html', 'Accept-Language': 'es-VE,es;q=0.9' },
    });
    const html = await page.text();
    expect(page.status).toBe(404);
    expect(html).toContain('<html lang="es">');
    expect(html).toContain('Página no encontrada');
    expect(html).not.toContain('<script>');
    const program = await fetch(`${base}/nothing`, { headers: { Accept: 'application/json' } });
    expect(await program.json()).toMatchObject({ status: 404, title: 'Not Found' });
  });

  it('of a broken %-escape is 400', async () => {
    expect((await fetch(`${base}/api/confirm/%E0%A4%A`)).status).toBe(400);
  });
});

describe('a post by cookie', () => {
  it.each([
    [{ 'Sec-Fetch-Site': 'same-origin' }, 200],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site', Origin: 'https://news.example.org' }, 403],
    [{ Origin: 'https://news.example.org' }, 200],
    [{ Origin: 'https://evil.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{}, 403],
  ])('with %j is %i', async (headers, status) => {
    const res = await post(headers);
    expect(res).toBe(status);
  });
});

/** fetch() sets Sec-Fetch-* of its own, so the bare client asks. */
async function post(headers: Record<string, string>): Promise<number> {
  const req = request(`${base}/form`, { method: 'POST', headers });
  req.end();
  const [res] = await once(req, 'response');
  res.resume();
  return res.statusCode;
}
