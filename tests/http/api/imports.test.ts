import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { importShape } from '../../../src/http/api/shapes.ts';
import { openApi } from './harness.ts';

describe('an import through the API', async () => {
  const { call, context, base, token } = await openApi();
  const header = 'email,name,consent_source,consent_at\n';
  const post = (list: string, query = '', headers: Record<string, string> = {}) =>
    call('POST', `/imports?newsletter=daily${query}`, list, {
      headers: { 'Content-Type': 'text/csv', ...headers },
    });
  const ended = (id: string) =>
    vi.waitUntil(
      async () => {
        const { body } = await call('GET', `/imports/${id}`);
        return body.state !== 'running' && body;
      },
      { timeout: 100_000 },
    );

  it('can be looked at first, and is started then, with other options or as it was', async () => {
    const list = 'Correo,name\nana@of.example,Ana\nbea@of.example,Bea\nnobody,X\n';
    const { status, body } = await post(list, '&dryRun=true&map=Correo:email');
    expect(status).toBe(202);
    const looked = importShape.strict().parse(await ended(body.id));
    expect(looked).toMatchObject({
      state: 'ready',
      dryRun: true,
      counts: { new: 0, refused: 3 },
      report: `/api/v1/imports/${body.id}/report.csv`,
    });
    const started = await call('POST', `/imports/${body.id}/start`, {
      consentSource: 'shop',
      consentAt: '2026-01-02',
    });
    expect([started.status, started.body.dryRun]).toEqual([202, false]);
    const done = await ended(body.id);
    expect(done).toMatchObject({ state: 'done', counts: { new: 2, refused: 1 }, added: 2 });
    expect((await call('POST', `/imports/${body.id}/start`)).status).toBe(409);
    expect((await call('POST', `/imports/${body.id}/stop`)).status).toBe(409);
    const audited = await context.db.selectFrom('audit').select(['action', 'object']).execute();
    expect(audited).toContainEqual({ action: 'import start', object: `import ${body.id}` });
  });

  it('tells of each line what became of it', async () => {
    const { body } = await post(`${header}cleo@of.example,C,fair,2026-01-02\n,X,fair,2026-01-02\n`);
    await ended(body.id);
    const report = await call('GET', `/imports/${body.id}/report.csv`);
    expect(report.headers.get('content-type')).toMatch(/^text\/csv/);
    const [head, ...rows] = report.body.trim().split('\n');
    expect(head).toBe('line,file,result,code,reason');
    expect(rows[0]).toBe('2,,new,,');
    expect(rows[1]).toMatch(/^3,,refused,address-empty,/);
    expect((await call('GET', '/imports/999/report.csv')).status).toBe(404);
  });

  it.each([
    ['&map=email', 422],
    ['&map=x:nothing', 422],
    ['&consentSource=shop', 422],
    ['&format=nobody', 422],
    ['&dryRun=perhaps', 422],
  ])('asked for with %s is refused', async (query, status) => {
    expect((await post(`${header}x@of.example,X,fair,2026-01-02\n`, query)).status).toBe(status);
  });

  it('whose client hangs up in the middle is none, and leaves no file', async () => {
    const before = (await call('GET', '/imports')).body.data.length;
    const { folder } = context.imports;
    const others = new Set(await readdir(folder).catch(() => []));
    const ours = async () => (await readdir(folder)).filter((name) => !others.has(name));
    const req = request(`${base}/api/v1/imports?newsletter=daily`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token.admin}`,
        'Content-Type': 'text/csv',
        'Content-Length': 1_000_000,
      },
    });
    req.on('error', () => undefined);
    req.write(header);
    await vi.waitUntil(async () => (await ours()).length > 0, { timeout: 100_000 });
    req.destroy();
    await vi.waitUntil(async () => (await ours()).length === 0, { timeout: 100_000 });
    expect((await call('GET', '/imports')).body.data).toHaveLength(before);
  });
});
