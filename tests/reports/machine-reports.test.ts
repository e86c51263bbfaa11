import { generateKeyPairSync } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { dkimSign } from 'mailauth';
import MailComposer from 'nodemailer/lib/mail-composer';
import { describe, expect, it } from 'vitest';
import { nameSources, takeMachineReport } from '../../src/actions/machine-reports.ts';
import { readInboundAddress } from '../../src/bounces/inbound-address.ts';
import { forgetReports } from '../../src/reports/store.ts';
import { UnusableReport, unpack } from '../../src/reports/unpack.ts';
import { mondayOf, reportedWeeks, sendersOf, tlsOf } from '../../src/reports/weeks.ts';
import { takeMessage } from '../../workers/inbound/take.ts';
import { serveZone } from '../doctor/fixtures/name-server.ts';
import { openSite } from '../http/public/fixtures/site.ts';

const day = new Date();
day.setUTCHours(0, 0, 0, 0);
const begin = day.getTime() / 1000 - 86_400;
const week = mondayOf(new Date(begin * 1000));

const record = (source: string, count: number, dkim: string, spf: string, disposition = 'none') =>
  `<record><row><source_ip>${source}</source_ip><count>${count}</count><policy_evaluated><disposition>${disposition}</disposition><dkim>${dkim}</dkim><spf>${spf}</spf></policy_evaluated></row><identifiers><header_from>news.test</header_from></identifiers></record>`;
const dmarc = (id: string, records: string, domain = 'news.test', head = '') =>
  `<?xml version="1.0"?>${head}<feedback><report_metadata><org_name>Receiver</org_name><email>dmarc@receiver.test</email><report_id>${id}</report_id><date_range><begin>${begin}</begin><end>${begin + 86_399}</end></date_range></report_metadata><policy_published><domain>${domain}</domain><p>none</p></policy_published>${records}</feedback>`;

/** A zip archive of one file (APPNOTE 4.3), which says of itself that it is so large. */
function zip(text: string, says = Buffer.byteLength(text)): Buffer {
  const data = deflateRawSync(text);
  const name = Buffer.from('r.xml');
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(data.length, 14);
  fields.writeUInt32LE(says, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, data]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00', 'latin1'),
    fields.subarray(0, 24),
    Buffer.alloc(16),
    name,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

const mail = (content: Buffer | string, from = 'dmarc@receiver.test') =>
  new MailComposer({
    from,
    to: 'dmarc@back.news.test',
    subject: 'Report',
    text: 'see there',
    attachments: [{ filename: 'report', content, contentType: 'application/octet-stream' }],
  })
    .compile()
    .build();

describe('reports by machines', async () => {
  const site = await openSite({
    MAIL_FROM: 'The Test <desk@news.test>',
    INBOUND_DOMAIN: 'back.news.test',
    INBOUND_SMTP_PORT: '25',
  });
  const { context } = site;
  const { db } = context;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const resolve = async (name: string, type: string): Promise<string[][]> => {
    if (type === 'TXT' && name.startsWith('s._domainkey.')) return [[`v=DKIM1; k=rsa; p=${p}`]];
    throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
  };
  const signedBy = async (message: Buffer, signingDomain: string) => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const key = { signingDomain, selector: 's', privateKey: pem };
    const { signatures } = await dkimSign(message, { ...key, signatureData: [key] });
    return Buffer.concat([Buffer.from(signatures), message]);
  };
  const take = (message: Buffer) => takeMachineReport(context, message, resolve);
  const kept = () =>
    db
      .selectFrom('machineReports')
      .select(['reportId', 'signedBy', 'doubt'])
      .orderBy('id')
      .execute();

  it('keeps who sent in our name, in gzip, zip or plain, once, with whose signature it came', async () => {
    const records =
      record('203.0.113.7', 900, 'pass', 'pass') +
      record('198.51.100.9', 5, 'fail', 'fail', 'quarantine');
    const report = await mail(gzipSync(dmarc('one', records)));
    await take(await signedBy(report, 'mail.receiver.test'));
    await take(await signedBy(report, 'mail.receiver.test'));
    await take(
      await signedBy(
        await mail(zip(dmarc('two', record('203.0.113.7', 100, 'pass', 'fail')))),
        'elsewhere.example',
      ),
    );
    await take(await mail(dmarc('three', record('2001:db8::1', 7, 'fail', 'fail', 'reject'))));
    expect(await kept()).toEqual([
      { reportId: 'one', signedBy: 'mail.receiver.test', doubt: null },
      { reportId: 'two', signedBy: 'elsewhere.example', doubt: 'other-signer' },
      { reportId: 'three', signedBy: null, doubt: 'unsigned' },
    ]);
    const { resolver: dns } = await serveZone({
      '7.113.0.203.in-addr.arpa': [{ type: 'PTR', value: 'mx.news.test' }],
    });
    await nameSources(context, dns);
    const senders = await sendersOf(db, week);
    expect(senders).toMatchObject([
      {
        source: '203.0.113.7',
        name: 'mx.news.test',
        organization: 'news.test',
        messages: 1000,
        dkimAligned: 1000,
        spfAligned: 900,
        unaligned: 0,
        reporters: 1,
        doubtful: 100,
      },
      { source: '2001:db8::1', name: null, messages: 7, unaligned: 7, rejected: 7, doubtful: 7 },
      { source: '198.51.100.9', messages: 5, quarantined: 5, unaligned: 5, doubtful: 0 },
    ]);
    expect(await sendersOf(db, week, ['other.test'])).toEqual([]);
    expect(await reportedWeeks(db)).toEqual([{ week, messages: 1012, unaligned: 12 }]);
  });

  it('keeps what failed in encrypting mail to us', async () => {
    const tls = {
      'organization-name': 'Sender',
      'date-range': {
        'start-datetime': new Date(begin * 1000).toISOString(),
        'end-datetime': new Date((begin + 86_399) * 1000).toISOString(),
      },
      'contact-info': 'mailto:tls@sender.test',
      'report-id': 't1',
      policies: [
        {
          policy: { 'policy-type': 'sts', 'policy-domain': 'back.news.test' },
          summary: { 'total-successful-session-count': 40, 'total-failure-session-count': 2 },
          'failure-details': [
            {
              'result-type': 'certificate-expired',
              'receiving-mx-hostname': 'mx.news.test',
              'failed-session-count': 2,
            },
          ],
        },
      ],
    };
    await take(await mail(gzipSync(JSON.stringify(tls))));
    expect(await tlsOf(db, week)).toEqual([
      {
        domain: 'back.news.test',
        reporter: 'Sender',
        policyType: 'sts',
        sessions: 42,
        failed: 2,
        failures: [{ type: 'certificate-expired', host: 'mx.news.test', sessions: 2 }],
        doubtful: true,
      },
    ]);
  });

  it('drops what is no report of ours: bombs, entities, other domains, other years, nothing at all', async () => {
    const before = await kept();
    const one = record('203.0.113.7', 1, 'pass', 'pass');
    const lol = `<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>`;
    for (const content of [
      gzipSync(Buffer.alloc(50_000_000, ' ')),
      zip(dmarc('bomb', ' '.repeat(20_000_000))),
      zip(dmarc('liar', ' '.repeat(5_000_000)), 10),
      dmarc('&x;&b;', one, '&x;', lol),
      dmarc('other', one, 'other.example'),
      dmarc('old', one).replaceAll(String(begin), '1000000000'),
      dmarc('', one),
      '{"policies": [',
      '<feedback>'.repeat(100_000),
      'PK\x03\x04 none',
      '\x1f\x8b none',
    ])
      await take(await mail(content));
    await take(Buffer.from('Subject: hello\r\n\r\nno report at all\r\n'));
    expect(await kept()).toEqual(before);
    await expect(unpack(gzipSync(Buffer.alloc(50_000_000)))).rejects.toThrow(UnusableReport);
  });

  it('comes in at an address of its own, and changes no reader', async () => {
    const address = readInboundAddress('DMARC@back.news.test', 'back.news.test', context.tokens);
    expect(address).toEqual({ for: 'report' });
    expect(readInboundAddress('tlsrpt@back.news.test', 'back.news.test', context.tokens)).toEqual(
      address,
    );
    if (!address) throw new Error('no address');
    const message = await mail(dmarc('by-door', record('203.0.113.7', 3, 'pass', 'pass')));
    await takeMessage(context, [address], { bytes: message, source: 'smtp', sender: null });
    expect((await kept()).map(({ reportId }) => reportId)).toContain('by-door');
    expect(await db.selectFrom('bounces').select('id').execute()).toEqual([]);
    await db
      .updateTable('machineReports')
      .set({ receivedAt: new Date(0) })
      .execute();
    await forgetReports(db);
    expect(await kept()).toEqual([]);
    expect(await db.selectFrom('dmarcRows').select('messages').execute()).toEqual([]);
  });
});
