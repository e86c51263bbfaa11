import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { dkimVerify } from 'mailauth';
import DKIM from 'nodemailer/lib/dkim';
import { expect, onTestFinished, test } from 'vitest';
import { bodyHasher } from '../../../src/relays/dkim/body-hash.ts';
import { DkimError, loadDkimKeys, parseDkim } from '../../../src/relays/dkim/keys.ts';
import { prepareSigner } from '../../../src/relays/dkim/sign.ts';

const KEYS = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: generateKeyPairSync('ed25519'),
};

async function keyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gaceta-dkim-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, { privateKey }] of Object.entries(KEYS)) {
    await writeFile(join(folder, name), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  return folder;
}

/** DNS as the test wants it: the two public keys. */
async function resolver(name: string): Promise<string[][]> {
  const [selector] = name.split('.');
  const { publicKey } = selector === 'rsa' ? KEYS.rsa : KEYS.ed25519;
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const p = (selector === 'rsa' ? spki : spki.subarray(-32)).toString('base64');
  return [[`v=DKIM1; k=${selector}; p=${p}`]];
}

const HEADERS = Buffer.from(
  [
    'From: "The Daily, morning" <daily@news.test>',
    'To: ana@r.test',
    'Cc: "e voilà" <josé@r.test>,\r\n "ça va là',
    'Subject: =?UTF-8?Q?Ma=C3=B1ana?= and a rather long subject that is folded',
    '\tonto a second line  with   spaces ',
    'Date: Tue, 24 Nov 2026 07:00:00 +0000',
    'Message-ID: <1.2@news.test>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'List-Id: The Daily <daily.news.test>',
    'List-Unsubscribe: <https://news.test/unsubscribe/abc>,\r\n <mailto:daily@news.test>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    '',
  ].join('\r\n'),
).toString('latin1');

/** A signed message, its bytes as latin1. */
async function signed(names: string[]): Promise<string> {
  const folder = await keyFolder();
  const keys = await loadDkimKeys(
    parseDkim(names.map((name) => `${name}:news.test:${join(folder, name)}`).join(', ')),
  );
  const fixed = ['Hello ', ',\r\n\r\nread  on at ', ' \r\n. dotted\t line \r\n\r\n\r\n'];
  const values = ['Ana  María', 'https://news.test/u/abc=\r\n'];
  const hasher = bodyHasher(fixed.map((piece) => Buffer.from(piece)));
  const body = `${fixed[0]}${values[0]}${fixed[1]}${values[1]}${fixed[2]}`;
  const bodyHash = hasher.hash(values.map((value) => Buffer.from(value)));
  const signatures = await prepareSigner(keys, 'news.test').signHeaders(HEADERS, bodyHash);
  const bytes = Buffer.from(body).toString('latin1');
  return `${signatures.join('')}${HEADERS}\r\n${bytes}`;
}

test.each([[['rsa']], [['ed25519']], [['rsa', 'ed25519']]])(
  'a receiver finds %j good',
  async (names) => {
    const message = await signed(names);
    const { results } = await dkimVerify(Buffer.from(message, 'latin1'), { resolver });
    expect(
      results.map((result) => [result.signingDomain, result.selector, result.status.result]),
    ).toEqual(names.map((name) => ['news.test', name, 'pass']));
    for (const line of message.split('\r\n')) expect(line.length).toBeLessThan(78);
  },
);

test.each([
  ['the body', 'Hello', 'Hallo'],
  ['the unsubscribe link', 'unsubscribe/abc', 'unsubscribe/abd'],
  ['the one-click promise', 'List-Unsubscribe=One-Click', 'List-Unsubscribe=No'],
  ['a second subject', 'To: ana', 'Subject: win money\r\nTo: ana'],
  ['a second unsubscribe link', 'To: ana', 'List-Unsubscribe: <https://evil.test>\r\nTo: ana'],
])('who changes %s breaks both signatures', async (_what, before, after) => {
  const message = await signed(['rsa', 'ed25519']);
  expect(message).toContain(before);
  const { results } = await dkimVerify(Buffer.from(message.replace(before, after), 'latin1'), {
    resolver,
  });
  expect(results.map((result) => result.status.result)).not.toContain('pass');
  expect(results).toHaveLength(2);
});

/** RFC 6376 §3.4.4 by the letter, over the whole body. */
function bodyHashByTheLetter(body: string): string {
  const relaxed = body
    .split('\r\n')
    .map((line) => line.replaceAll(/[ \t]+/g, ' ').replace(/ $/, ''))
    .join('\r\n')
    .replace(/(?:\r\n)*$/, '');
  return createHash('sha256')
    .update(relaxed === '' ? '' : `${relaxed}\r\n`)
    .digest('base64');
}

test('however a body is cut, its hash is the one of the whole', () => {
  const piece = fc
    .array(fc.constantFrom(' ', '\t', '\r\n', 'a', 'bc', '.', '  ', ' \r\n', 'é'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, piece), { maxLength: 5 }), piece, (pairs, last) => {
      const fixed = [...pairs.map(([text]) => text), last];
      const values = pairs.map(([, value]) => value);
      const hasher = bodyHasher(fixed.map((text) => Buffer.from(text)));
      const whole = fixed.map((text, at) => text + (values[at] ?? '')).join('');
      const buffers = values.map((value) => Buffer.from(value));
      expect(hasher.hash(buffers)).toBe(bodyHashByTheLetter(whole));
      expect(hasher.hash(buffers)).toBe(bodyHashByTheLetter(whole));
    }),
    { numRuns: 2_000 },
  );
});

test('the body hash is the one nodemailer computes', async () => {
  const privateKey = KEYS.rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const dkim = new DKIM({ domainName: 'news.test', keySelector: 'rsa', privateKey });
  const body = 'One \t line  \r\n\r\n  two\r\n\r\n';
  let theirs = '';
  for await (const chunk of dkim.sign(`From: a@news.test\r\n\r\n${body}`))
    theirs += chunk.toString();
  const bodyHash = /bh=([^;]+);/.exec(theirs)?.[1]?.replaceAll(/\s/g, '');
  expect(bodyHasher([Buffer.from(body)]).hash([])).toBe(bodyHash);
});

test('keys are chosen by the domain of the sender', async () => {
  const folder = await keyFolder();
  const keys = await loadDkimKeys(
    parseDkim(`rsa:news.test:${join(folder, 'rsa')},ed25519:other.test:${join(folder, 'ed25519')}`),
  );
  const domains = async (from: string) =>
    (await prepareSigner(keys, from).signHeaders(HEADERS, 'x')).map(
      (field) => / d=([^;]+);/.exec(field)?.[1],
    );
  expect(await domains('News.test')).toEqual(['news.test']);
  expect(await domains('mail.other.test')).toEqual(['other.test']);
  expect(await domains('othernews.test')).toEqual(['news.test', 'other.test']);
});

test('whatever is wrong with DKIM is told at once, in sentences', async () => {
  expect(() => parseDkim('s1:news.test,s 2:news.test:/k,s3:-x-:/k')).toThrow(DkimError);
  const folder = await keyFolder();
  await writeFile(join(folder, 'rubbish'), 'not a key');
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  await writeFile(join(folder, 'ec'), ec.export({ type: 'pkcs8', format: 'pem' }));
  const settings = parseDkim(
    ['gone', 'rubbish', 'ec', 'rsa'].map((name) => `s:señal.test:${join(folder, name)}`).join(','),
  );
  expect(settings[0]?.domain).toBe('xn--seal-hqa.test');
  await expect(loadDkimKeys(settings)).rejects.toMatchObject({
    problems: [
      expect.stringContaining('gone: it is not there'),
      expect.stringContaining('rubbish holds no private key'),
      expect.stringContaining('ec is neither an RSA nor an Ed25519 key'),
    ],
  });
});
