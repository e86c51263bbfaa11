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
  'get post /editions',
  'get patch /editions/{id}',
  ...['send', 'pause', 'resume', 'cancel', 'test', 'resend-missed'].map(
    (verb) => `post /editions/{id}/${verb}`,
  ),
  'get /editions/{id}/preview',
  'get /editions/{id}/deliveries',
  'get post /subscribers',
  'get patch delete /subscribers/{id}',
  'get /subscribers/{id}/export',
  'post /imports',
  'get /imports/{id}',
  'get /exports/subscribers.csv',
  'get post delete /suppressions',
];

type Document = {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: object }>>;
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
    expect(fields('Problem')).toEqual(['type', 'title', 'status', 'detail', 'instance', 'errors']);
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
