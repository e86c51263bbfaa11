import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLetter } from '../../emails/letters/message.ts';
import { builtBody, prepareVariant, spliceMessage } from '../../emails/message/splice.ts';
import { buildVariant } from '../../emails/message/variant.ts';
import { openRenderer } from '../../emails/render/renderer.ts';
import { digests, letters, reader } from '../../scripts/sample-mails.ts';
import { openTokens } from '../../src/subscribers/tokens.ts';
import { provideTool } from '../harness/tools.ts';
import { type Rspamd, startRspamd } from './rspamd.ts';

const tool = provideTool('spamassassin', 'spamassassin');
const rspamdTool = provideTool('rspamd', 'rspamd');
const renderer = openRenderer();
afterAll(() => renderer.close());

const values = {
  ...reader,
  to: { address: 'ana@example.org', name: 'Ana Ruiz' },
  messageId: 'edition-412.reader-77@news.example.org',
  date: new Date(),
  unsubscribeMailto: 'mailto:desk@news.example.org?subject=unsubscribe%20aB3',
};

/** What SpamAssassin's own rules make of it, without asking the network. */
function score(message: Buffer): number {
  const program = 'path' in tool ? tool.path : '';
  const { stdout } = spawnSync(program, ['-L', '-t'], { input: message, encoding: 'utf8' });
  return Number(/Content analysis details: +\((-?[\d.]+) points/.exec(stdout)?.[1]);
}

async function digest(name: string): Promise<Buffer> {
  const content = digests()[name];
  if (!content) throw new Error(`There is no sample ${name}`);
  const variant = prepareVariant(await buildVariant(renderer, content), values.viewUrl);
  const spliced = spliceMessage(variant, values);
  return Buffer.concat([spliced.headers, ...builtBody(variant, spliced)]);
}

async function letter(name: string): Promise<Buffer> {
  const content = letters()[name];
  if (!content) throw new Error(`There is no sample ${name}`);
  const from = { name: 'The Daily', address: 'daily@news.example.org' };
  const built = await buildLetter(renderer, content, { ...values, from, replyTo: null });
  return built.message;
}

describe.skipIf('missing' in tool)('SpamAssassin', () => {
  test.each(['digest-en', 'special-es'])('has nothing against %s', async (name) => {
    expect(score(await digest(name))).toBeLessThanOrEqual(0.5);
  });

  test.each(['confirmation-en', 'welcome-es'])('nor against %s', async (name) => {
    expect(score(await letter(name))).toBeLessThanOrEqual(0.5);
  });

  // a message with these links, and which of SpamAssassin's rules for currencies it hits
  function currencies(tokens: string[]): string[] {
    const links = tokens.map((token) => `https://news.example.org/unsubscribe/${token}`);
    const head = ['From: daily@news.example.org', 'Subject: Links', 'Content-Type: text/plain', ''];
    const { stderr } = spawnSync('path' in tool ? tool.path : '', ['-L', '-t', '-D', 'check'], {
      input: [...head, ...links, ''].join('\n'),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect(stderr).toContain('subtests=');
    return stderr.match(/__(?:BITCOIN_ID|URL_BTC_ID|LITECOIN_ID|URL_LTC_ID)/g) ?? [];
  }

  test('takes no token for an address of a currency', () => {
    const { sign } = openTokens(['a secret of more than sixteen characters']);
    const tokens = Array.from({ length: 400 }, (_, n) =>
      sign('unsubscribe', { subscriber: String(n), newsletter: '1' }),
    );
    expect(currencies(tokens)).toEqual([]);
    // with hex digits it did for one in sixty
    expect(currencies(['s7n1-3a1e5b87beee28ddbaeb3321634819f2'])).toContain('__BITCOIN_ID');
  });

  test('but it does see spam', () => {
    // The test string that every copy of it knows.
    const gtube = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
    expect(score(Buffer.from(`Subject: x\r\n\r\n${gtube}\r\n`))).toBeGreaterThan(500);
  });
});

describe.skipIf('missing' in rspamdTool)('rspamd', () => {
  let rspamd: Rspamd;
  beforeAll(async () => {
    rspamd = await startRspamd('path' in rspamdTool ? rspamdTool.path : '');
  });
  afterAll(() => rspamd.close());

  // What the connection and the sender's DNS earn is not about the mail; here there is neither.
  const ofTheConnection =
    /^(HFILTER_|RDNS_|R_SPF_|R_DKIM_|DMARC_|ARC_|RCVD_|ONCE_RECEIVED|IP_|ASN)/;
  async function above1(message: Buffer): Promise<string[]> {
    return Object.entries(await rspamd.symbols(message))
      .filter(([name, points]) => points > 1 && !ofTheConnection.test(name))
      .map(([name, points]) => `${name} ${points}`);
  }

  test.each(['digest-en', 'special-es'])('finds no symbol above 1 in %s', async (name) => {
    expect(await above1(await digest(name))).toEqual([]);
  });

  test.each(['confirmation-en', 'welcome-es'])('nor in %s', async (name) => {
    expect(await above1(await letter(name))).toEqual([]);
  });

  test('but it does see what is wrong with others', async () => {
    const forged = 'Subject: RE: FREE MONEY!!!\r\nX-Mailer: x\r\n\r\nhttp://1.2.3.4/a\r\n';
    expect(await above1(Buffer.from(forged))).not.toEqual([]);
  });
});
