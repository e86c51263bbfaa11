import { describe, expect, it } from 'vitest';
import { openApi } from './harness.ts';

// What INTERFACE promises: other people's scripts use these.
const promised = [
  'get post /newsletters',
  'get patch /newsletters/{slug}',
  'get post /feeds',
  'get patch delete /feeds/{id}',
  'post /feeds/{id}/fetch',
  'get post /articles',
  'get patch delete /articles/{id}',
  'get put delete /articles/by-external-id/{externalId}',
  'post /articles/bulk',
  'get post /editions',
  'get patch /editions/{id}',
  ...['send', 'pause', 'resume', 'cancel', 'test', 'resend-missed'].map(
    (verb) => `post /editions/{id}/${verb}`,
  ),
  'get /editions/{id}/preview',
  'get /editions/{id}/deliveries',
  'get /figures',
  'get /relays',
  'post /relays/{name}/test',
  'get post /subscribers',
  'get patch delete /subscribers/{id}',
  'get /subscribers/{id}/export',
  'post /imports',
  'get /imports',
  'get /imports/{id}',
  'get /exports/subscribers.csv',
  'get post delete /suppressions',
];

type Document = {
  openapi: string;
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        responses: object;
        requestBody?: {
          required: boolean;
          content: Record<string, { schema: { $ref: string } }>;
        };
      }
    >
  >;
  components: { schemas: Record<string, { properties: object }> };
};

describe('the description of the API', async () => {
  const { base, call } = await openApi();
  const document = (await (await fetch(`${base}/api/openapi.json`)).json()) as Document;

  it('names every call that was promised, and each answers', async () => {
    expect(document.openapi).toBe('3.1.0');
    for (const line of promised) {
      const [path = '', ...methods] = line.split(' ').reverse();
      for (const method of methods) {
        expect(document.paths[path]?.[method], `${method} ${path}`).toBeDefined();
        const answer = await call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '999999'));
        expect([200, 404, 415, 422], `${method} ${path}`).toContain(answer.status);
      }
    }
  });

  it('refers to nothing that is not in it, and names each call once', () => {
    const refs = JSON.stringify(document).match(/"#\/[^"]+"/g) ?? [];
    expect(refs.length).toBeGreaterThan(20);
    for (const ref of new Set(refs)) {
      const parts = ref.slice(3, -1).split('/');
      const target = parts.reduce<unknown>(
        (node, part) => (node as Record<string, unknown> | undefined)?.[part],
        document,
      );
      expect(target, ref).toBeDefined();
    }
    const calls = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(new Set(calls.map((one) => one.operationId)).size).toBe(calls.length);
    for (const one of calls) expect(Object.keys(one.responses)).toContain('401');
  });

  it('has the fields that were promised', () => {
    const fields = (name: string) =>
      Object.keys(document.components.schemas[name]?.properties ?? {});
    expect(fields('Edition')).toEqual(
      expect.arrayContaining(
        'id newsletter number kind state reason revision subject preheader introduction articles sendAt startedAt plannedAt finishedAt audience ledger messagesPerSecond'.split(
          ' ',
        ),
      ),
    );
    expect(fields('Delivery')).toEqual(
      expect.arrayContaining(
        'subscriber state reason revision relay answer attempts dueAt sentAt uncertainAt messageId'.split(
          ' ',
        ),
      ),
    );
    expect(fields('Problem')).toEqual(
      'type title status detail instance errors existing'.split(' '),
    );
  });

  // calls that may go without a body
  const withoutBody = new Set([
    'delete /suppressions',
    'post /operators/{id}/link',
    'post /imports/{id}/start',
  ]);

  it('can be used by generators of clients', () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('"items":false');
    for (const [, pattern = ''] of text.matchAll(/"pattern":("(?:[^"\\\\]|\\\\.)*")/g)) {
      const source: string = JSON.parse(pattern);
      expect(source).not.toMatch(/\\p\{/i);
      expect(() => [new RegExp(source), new RegExp(source, 'u')], source).not.toThrow();
    }
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, one] of Object.entries(methods)) {
        const what = `${method} ${path}`;
        expect(one.operationId, what).toMatch(/^[a-z][A-Za-z0-9]+$/);
        const responses = Object.values(one.responses as Record<string, { headers?: object }>);
        for (const { headers } of responses)
          expect(Object.keys(headers ?? {}), what).toContain('X-Request-Id');
        const body = one.requestBody;
        if (!body) continue;
        expect(body.required, what).toBe(!withoutBody.has(what));
        const { schema } = body.content['application/json'] ?? {};
        if (!schema) continue;
        const name = schema.$ref.split('/').at(-1) ?? '';
        expect(JSON.stringify(document.components.schemas[name]), what).not.toContain('"default"');
      }
  });

  it('tells of errors what the shape of a call says', () => {
    const told = (method: string, path: string) =>
      Object.keys(document.paths[path]?.[method]?.responses ?? {}).map(Number);
    expect(told('get', '/feeds')).toEqual([200, 400, 401, 403, 404, 422, 429, 503]);
    expect(told('get', '/newsroom')).toEqual([200, 400, 401, 403, 422, 429, 503]);
    expect(told('patch', '/newsletters/{slug}')).toEqual(expect.arrayContaining([404, 412, 413]));
    expect(told('post', '/suppressions')).toContain(409);
  });

  it('has a page of ours alone', async () => {
    const page = await fetch(`${base}/api/docs`);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    const html = await page.text();
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const [, path] of html.matchAll(/(?:src|href)="([^"]+)"/g))
      expect((await fetch(new URL(path ?? '', `${base}/api/docs`))).status, path).toBe(200);
  });
});
