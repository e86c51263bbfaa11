import { generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { checkSpf } from '../../../src/doctor/check-spf.ts';
import { checkDkim } from '../../../src/doctor/dkim.ts';
import { checkDmarc } from '../../../src/doctor/dmarc.ts';
import { asked, systemDns } from '../../../src/doctor/dns.ts';
import { checkMx } from '../../../src/doctor/mx.ts';
import { checkReverse } from '../../../src/doctor/names.ts';
import { checkRelays } from '../../../src/doctor/relays.ts';
import { loadDkimKeys, parseDkim } from '../../../src/relays/dkim/keys.ts';
import { parseRelayUrls } from '../../../src/relays/settings.ts';
import { serveZone } from '../../doctor/fixtures/name-server.ts';
import { openFreshDatabase } from '../../harness/database.ts';
import { startSink } from '../../relays/sink.ts';
import { openShell } from '../harness.ts';

const folder = await mkdtemp(join(tmpdir(), 'gaceta-doctor-'));
afterAll(() => rm(folder, { recursive: true }));

describe('doctor, of a domain', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed = generateKeyPairSync('ed25519');
  const file = async (name: string, key: typeof rsa.privateKey) => {
    await writeFile(join(folder, name), key.export({ type: 'pkcs8', format: 'pem' }));
    return join(folder, name);
  };
  const der = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'der' });
  const { resolver: dns } = await serveZone({
    'good.example': [
      { type: 'TXT', value: 'google-site-verification=1' },
      { type: 'TXT', value: 'v=spf1 include:relay.example -all' },
      { type: 'MX', value: 'mx.good.example' },
    ],
    'open.example': [{ type: 'TXT', value: 'v=spf1 +all' }],
    'twice.example': [
      { type: 'TXT', value: 'v=spf1 -all' },
      { type: 'TXT', value: 'v=spf1 a -all' },
    ],
    '_dmarc.good.example': [{ type: 'TXT', value: 'v=DMARC1; p=none' }],
    's1._domainkey.good.example': [
      { type: 'TXT', value: `v=DKIM1; k=rsa; p=${der(rsa.publicKey).toString('base64')}` },
    ],
    's2._domainkey.good.example': [
      {
        type: 'TXT',
        value: `v=DKIM1; k=ed25519; p=${der(ed.publicKey).subarray(-32).toString('base64')}`,
      },
    ],
    'relay.example': [
      { type: 'A', value: '203.0.113.7' },
      { type: 'TXT', value: 'v=spf1 a -all' },
    ],
    'lost.example': [{ type: 'A', value: '203.0.113.8' }],
    '7.113.0.203.in-addr.arpa': [{ type: 'PTR', value: 'relay.example' }],
    '8.113.0.203.in-addr.arpa': [{ type: 'PTR', value: 'relay.example' }],
    'inside.example': [{ type: 'A', value: '10.0.0.5' }],
  });

  it.each([
    ['good.example', true],
    ['open.example', false],
    ['twice.example', false],
    ['none.example', false],
  ])('reads SPF of %s', async (domain, ok) => {
    const check = await checkSpf(dns, domain, []);
    expect(check).toMatchObject({ name: 'spf', ok });
    if (!ok) expect(check.fix).toBeTruthy();
  });

  it('finds DMARC at the domain or above it, and MX', async () => {
    expect((await checkDmarc(dns, 'news.good.example', undefined)).ok).toBe(true);
    expect((await checkDmarc(dns, 'open.example', undefined)).ok).toBe(false);
    expect((await checkMx(dns, 'good.example')).detail).toContain('mx.good.example');
    expect((await checkMx(dns, 'open.example')).ok).toBe(false);
  });

  it('compares DKIM keys with what is published', async () => {
    const one = `s1:good.example:${await file('rsa.pem', rsa.privateKey)}`;
    const two = `s2:good.example:${await file('ed.pem', ed.privateKey)}`;
    const check = async (domain: string, ...dkim: string[]) => {
      const keys = { set: await loadDkimKeys(parseDkim(dkim.join(','))), stored: [], faults: [] };
      return checkDkim(dns, domain, keys);
    };
    expect((await check('good.example', one, two)).ok).toBe(true);
    expect((await check('news.good.example', one)).ok).toBe(true);
    const wrong = await check('good.example', one.replace('rsa.pem', 'ed.pem'));
    expect(wrong.detail).toContain('a different key');
    expect((await check('good.example', one.replace('s1:', 's9:'))).fix).toContain('p=MII');
    expect((await check('other.example', one)).ok).toBe(false);
    const none = { set: [], stored: [], faults: [] };
    expect(await checkDkim(dns, 'good.example', none)).toMatchObject({
      ok: true,
      fix: expect.stringContaining('dkim rotate'),
    });
    expect((await checkDkim(dns, 'good.example', { ...none, faults: ['no key'] })).ok).toBe(false);
  });

  it('follows the name of a relay back', async () => {
    expect((await checkReverse(dns, 'relay.example')).ok).toBe(true);
    expect((await checkReverse(dns, 'lost.example')).detail).toContain('does not resolve back');
    expect(await checkReverse(dns, 'inside.example')).toMatchObject({ ok: true });
  });

  it('says that a name server does not answer', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const resolver = new Resolver({ timeout: 100, tries: 1 });
    resolver.setServers([`127.0.0.1:${silent.address().port}`]);
    const check = await asked('spf', () => checkSpf(resolver, 'good.example', []));
    silent.close();
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining('does not answer') });
  });
});

describe('doctor, as a command', async () => {
  const { url } = await openFreshDatabase();

  it('finds nothing wrong with a machine that sends nothing', async () => {
    const { gaceta } = await openShell({ DATABASE_URL: url });
    const outcome = await gaceta('doctor --json');
    expect(outcome.code).toBe(0);
    const { ok, checks } = outcome.json();
    expect(ok).toBe(true);
    expect(checks.map((check: { name: string }) => check.name)).toEqual(
      expect.arrayContaining([
        'database',
        'queue',
        'relay',
        'spf',
        'dkim',
        'dmarc',
        'mx',
        'reverse',
      ]),
    );
  });

  it('says what to do about a relay and a database that are not there', async () => {
    const relay = await openShell({
      DATABASE_URL: url,
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'daily@localhost',
    });
    const outcome = await relay.gaceta('doctor --json');
    expect(outcome.code).toBe(1);
    expect(outcome.json().checks).toContainEqual(
      expect.objectContaining({ name: 'relay', ok: false, fix: expect.stringContaining('port 1') }),
    );
    const database = await openShell({ DATABASE_URL: 'postgresql://127.0.0.1:1/none' });
    const away = await database.gaceta('doctor');
    expect([away.code, away.stdout]).toEqual([1, expect.stringMatching(/✗ database .*refused/i)]);
    const wrong = await openShell({ DATABASE_URL: 'mysql://x', PORT: '99999' });
    expect((await wrong.gaceta('doctor --json')).json().checks).toHaveLength(2);
  });
});

const outside = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find((each) => each.family === 'IPv4' && !each.internal)?.address;

describe.skipIf(!outside)('a relay on another address than 127.0.0.1 that encrypts nothing', () => {
  const check = async (parameters: string) => {
    const sink = await startSink({ password: 'secret' }, 0, '0.0.0.0');
    const relays = parseRelayUrls(`smtp://u:secret@${outside}:${sink.port}${parameters}`, 1);
    const [found] = await checkRelays(
      { config: { relays }, relays, now: () => new Date() } as unknown as Context,
      systemDns(),
    );
    await sink.close();
    const logIns = sink.commands.filter((line) => line.startsWith('AUTH')).length;
    return { ...found, logIns };
  };

  it('gets no password', async () => {
    expect(await check('')).toMatchObject({
      ok: false,
      fix: expect.stringMatching(/^User and password are sent only encrypted/),
      logIns: 0,
    });
  });

  it('gets it for who insists, and doctor says so', async () => {
    expect(await check('?tls=off')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/in the clear/),
      logIns: 1,
    });
  });
});
