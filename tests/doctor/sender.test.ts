import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { checkAlignment, checkDmarc } from '../../src/doctor/dmarc.ts';
import { checkReturnPath } from '../../src/doctor/mx.ts';
import { checkHelo } from '../../src/doctor/names.ts';
import { checkOneClick } from '../../src/doctor/one-click.ts';
import { checkTlsReports } from '../../src/doctor/tls-reports.ts';
import { serveZone } from './fixtures/name-server.ts';

const txt = (value: string) => ({ type: 'TXT' as const, value });

describe('what the DNS says of a sender', async () => {
  const { resolver: dns } = await serveZone({
    '_dmarc.good.example': [txt('v=DMARC1; p=reject; rua=mailto:dmarc@back.good.example; adkim=s')],
    '_dmarc.none.example': [txt('v=DMARC1; rua=mailto:x@none.example')],
    '_dmarc.twice.example': [txt('v=DMARC1; p=none'), txt('v=DMARC1; p=reject')],
    '_dmarc.abroad.example': [txt('v=DMARC1; p=none; rua=mailto:dmarc@back.other.example')],
    '_dmarc.agreed.example': [txt('v=DMARC1; p=none; rua=mailto:dmarc@back.other.example')],
    'agreed.example._report._dmarc.back.other.example': [txt('v=DMARC1')],
    '_smtp._tls.back.good.example': [txt('v=TLSRPTv1;rua=mailto:tlsrpt@back.good.example')],
    '_smtp._tls.elsewhere.example': [txt('v=TLSRPTv1; rua=mailto:tls@other.example')],
    '_smtp._tls.twice.example': [
      txt('v=TLSRPTv1; rua=mailto:tlsrpt@twice.example'),
      txt('v=TLSRPTv1; rua=mailto:tlsrpt@twice.example'),
    ],
    'back.good.example': [{ type: 'MX', value: 'mx.good.example' }],
    'mx.good.example': [{ type: 'A', value: '203.0.113.7' }],
    'lost.good.example': [{ type: 'MX', value: 'gone.good.example' }],
  });

  it('reads DMARC of the domain or its organization, with what would bring the reports here', async () => {
    const check = (domain: string, reports?: string) => checkDmarc(dns, domain, reports);
    expect((await check('a.b.good.example', 'dmarc@back.good.example')).finding).toBeUndefined();
    expect(await check('none.example')).toMatchObject({ ok: false, finding: 'broken' });
    expect(await check('twice.example')).toMatchObject({ ok: false, finding: 'missing' });
    expect(await check('new.example', 'dmarc@back.new.example')).toMatchObject({
      record: {
        name: '_dmarc.new.example',
        value: 'v=DMARC1; p=none; rua=mailto:dmarc@back.new.example',
      },
    });
    expect(await check('good.example', 'dmarc@elsewhere.good.example')).toMatchObject({
      ok: true,
      finding: 'unreported',
      record: {
        value:
          'v=DMARC1; p=reject; rua=mailto:dmarc@back.good.example,mailto:dmarc@elsewhere.good.example; adkim=s',
      },
    });
    expect(await check('abroad.example', 'dmarc@back.other.example')).toMatchObject({
      ok: true,
      finding: 'unagreed',
      record: { name: 'abroad.example._report._dmarc.back.other.example', value: 'v=DMARC1' },
    });
    expect((await check('agreed.example', 'dmarc@back.other.example')).finding).toBeUndefined();
  });

  it('has the record that brings reports about encryption here', async () => {
    const check = (domain: string) => checkTlsReports(dns, domain, `tlsrpt@${domain}`);
    const { finding, ok } = await check('back.good.example');
    expect([finding, ok]).toEqual([undefined, true]);
    for (const domain of ['back.new.example', 'elsewhere.example', 'twice.example'])
      expect(await check(domain)).toMatchObject({
        ok: true,
        finding: 'unset',
        record: {
          name: `_smtp._tls.${domain}`,
          value: `v=TLSRPTv1; rua=mailto:tlsrpt@${domain}`,
        },
      });
  });

  it('says whether SPF or DKIM speak for the domain of From', async () => {
    const check = async (domain: string, returnPath: string, signing: string[]) => {
      const { ok, finding } = await checkAlignment(dns, domain, { returnPath, signing });
      return `${ok} ${finding}`;
    };
    expect(await check('new.example', 'back.new.example', ['new.example'])).toBe('true undefined');
    expect(await check('new.example', 'back.new.example', [])).toBe('true spfOnly');
    expect(await check('new.example', 'back.other.example', ['new.example'])).toBe(
      'true undefined',
    );
    expect(await check('new.example', 'back.other.example', ['other.example'])).toBe('false none');
    // adkim=s
    expect(await check('news.good.example', 'x.example', ['good.example'])).toBe('false none');
    expect(await check('good.example', 'x.example', ['good.example'])).toBe('true undefined');
  });

  it('follows the return path to a machine, and a relay to its name', async () => {
    expect((await checkReturnPath(dns, 'back.good.example', 'x')).ok).toBe(true);
    expect(await checkReturnPath(dns, 'none.good.example', 'news.good.example')).toMatchObject({
      finding: 'missing',
      record: { type: 'MX', name: 'none.good.example', value: '10 news.good.example.' },
    });
    expect(await checkReturnPath(dns, 'lost.good.example', 'x')).toMatchObject({
      finding: 'nowhere',
    });
    expect((await checkHelo(dns, 'r', 'mx.good.example')).finding).toBeUndefined();
    expect((await checkHelo(dns, 'r', 'localhost')).finding).toBe('nowhere');
  });

  it('tells a link that takes no POST from one of this machine alone', async () => {
    expect((await checkOneClick('http://localhost:4600', '')).finding).toBe('local');
    expect((await checkOneClick('http://news.example', '')).finding).toBe('plain');
    const server = createServer((req, res) => {
      res.statusCode = req.method === 'POST' && req.url === '/good' ? 200 : 302;
      res.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await checkOneClick('https://news.example', `${base}/good`)).toMatchObject({
      ok: true,
    });
    expect(await checkOneClick('https://news.example', `${base}/bad`)).toMatchObject({
      finding: 'unreachable',
      detail: expect.stringContaining('answers 302'),
    });
    server.close();
  });
});
