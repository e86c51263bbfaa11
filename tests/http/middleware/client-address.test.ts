import { describe, expect, it } from 'vitest';
import { networkOf } from '../../../src/http/middleware/client-address.ts';
import { ensureFirstNewsletter } from '../../../src/newsletters/newsletters.ts';
import { openSite } from '../public/fixtures/site.ts';

describe('a network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['unknown', 'unknown'],
    ['12', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('is wider where it is asked', () => {
    expect(networkOf('2001:db8:1:2::9', 48)).toBe('2001:db8:1::/48');
  });
});

describe('behind a proxy that is trusted', async () => {
  const { context, url, post } = await openSite({ TRUST_PROXY: '1' });
  await ensureFirstNewsletter(context.db);

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:51234', '192.0.2.7'],
    ['[2001:db8::1]:51234', '2001:db8::1'],
    ['"[2001:db8::1]"', '2001:db8::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['192.0.2.9, 192.0.2.7', '192.0.2.7'],
    ['<script>', 'unknown'],
    ['_hidden', 'unknown'],
    ['192.0.2.7 or 1=1', 'unknown'],
    ['1'.repeat(40), 'unknown'],
  ])('what %s says is stored as %s', async (header, stored) => {
    const email = `r${Buffer.from(header).toString('hex').slice(0, 20)}@example.org`;
    const answer = await post('/subscribe', { email }, { 'X-Forwarded-For': header });
    expect(answer.status).toBe(303);
    const row = await context.db
      .selectFrom('consents')
      .select('originAddress')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(row.originAddress).toBe(stored);
  });

  it('figures are for this machine without a proxy, or for a token', async () => {
    const metrics = (headers: Record<string, string>) => fetch(`${url}/metrics`, { headers });
    expect((await metrics({})).status).toBe(200);
    for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP', 'CF-Connecting-IP'])
      expect((await metrics({ [name]: '127.0.0.1' })).status, name).toBe(403);
  });
});

describe('HSTS', async () => {
  const policy = async (publicUrl: string) => {
    const { get } = await openSite({ PUBLIC_URL: publicUrl });
    return (await get('/healthz')).headers.get('strict-transport-security');
  };
  it('is for the host of its own, without its subdomains', async () => {
    expect(await policy('https://news.example.org')).toBe('max-age=31536000');
  });
  it('is not said below a path of another site, nor on http', async () => {
    expect(await policy('https://example.org/gaceta')).toBeNull();
    expect(await policy('http://localhost:3000')).toBeNull();
  });
});
