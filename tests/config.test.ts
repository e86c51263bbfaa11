import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../src/config.ts';

test('nothing set is a whole configuration', () => {
  const config = loadConfig({});
  expect(config).toMatchObject({
    publicUrl: 'http://localhost:3000',
    port: 3000,
    host: '127.0.0.1',
    databaseUrl: undefined,
    relays: undefined,
    mailboxPort: 8025,
    smtpConnections: 10,
    uncertain: 'resend',
    logLevel: 'info',
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test.each([
  ['https://News.example.org/', 'https://news.example.org', ''],
  ['https://news.example.org', 'https://news.example.org', ''],
  ['https://example.org/gaceta/', 'https://example.org/gaceta', '/gaceta'],
  ['https://example.org/a/b-c_d.e~1', 'https://example.org/a/b-c_d.e~1', '/a/b-c_d.e~1'],
  ['https://example.org/a/../b', 'https://example.org/b', '/b'],
])('PUBLIC_URL may have a path: %s', (set, publicUrl, publicPath) => {
  expect(loadConfig({ PUBLIC_URL: set })).toMatchObject({ publicUrl, publicPath });
});

test.each([
  ['https://example.org//x', /a path of/],
  ['https://example.org/gacéta', /a path of/],
  ['https://example.org/a"b', /a path of/],
  ['https://example.org/:token', /a path of/],
  ['https://example.org/archive', /a page of that name/],
  ['https://example.org/console/news', /a page of that name/],
  ['https://example.org/?x', /no query/],
  ['https://ana:secret@example.org', /no user name/],
])('PUBLIC_URL is refused where links would break: %s', (set, why) => {
  expect(() => loadConfig({ PUBLIC_URL: set })).toThrow(why);
});

test('an empty value counts as unset', () => {
  expect(loadConfig({ DATABASE_URL: '', PORT: '  ' }).port).toBe(3000);
});

test('all that is wrong is said at once, a line each', () => {
  const wrong = {
    PORT: 'eighty',
    PUBLIC_URL: 'news.example.org',
    DATABASE_URL: 'mysql://x',
    SEND_RATE: '0',
    RECEIVER_RATES: 'gmail.com:20',
    UNCERTAIN: 'maybe',
    SECRET: 'short',
    OPERATOR_EMAIL: 'ana@example.org',
    OIDC_ISSUER: 'http://login.example.org',
    SMTP_URL: 'http://relay.example.org',
  };
  let caught: unknown;
  try {
    loadConfig(wrong);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(ConfigError);
  const { problems } = caught as ConfigError;
  for (const name of Object.keys(wrong))
    expect(problems.some((problem) => problem.includes(name))).toBe(true);
  expect(problems.every((problem) => !problem.includes('\n'))).toBe(true);
});

test('a relay needs an address that digests come from', () => {
  expect(() => loadConfig({ SMTP_URL: 'smtp://relay.example.org' })).toThrow(/MAIL_FROM/);
  const { relays } = loadConfig({
    SMTP_URL: 'smtp://relay.example.org',
    MAIL_FROM: 'The Daily <daily@example.org>',
  });
  expect(relays).toHaveLength(1);
  expect(relays?.[0]).toMatchObject({ host: 'relay.example.org', connections: 10 });
});

test.each(['redacción@example.org', 'The Daily <daily@diario-ñandú.example>'])(
  'MAIL_FROM that needs SMTPUTF8 of every relay is refused: %s',
  (MAIL_FROM) => {
    expect(() => loadConfig({ MAIL_FROM })).toThrow(/MAIL_FROM.*without accents/);
    expect(loadConfig({ MAIL_FROM: 'Redacción <desk@example.org>' }).mailFrom).toContain('desk@');
  },
);

test('receivers have rates of their own', () => {
  expect(loadConfig({ RECEIVER_RATES: 'google:20, microsoft:0.5' }).receiverRates).toEqual({
    google: 20,
    microsoft: 0.5,
  });
});

test.each([
  ['sendgrid:not-a-key-at-all-but-long', /sendgrid takes the verification key/],
  ['ses:arn:aws:sqs:eu-west-1:123456789012:bounces', /ses takes the ARN of the SNS topic/],
  ['resend:0123456789abcdef0123', /resend takes the signing secret/],
  ['generic:whsec_not base64 at all', /generic takes whsec_/],
  ['postmark:short', /at least 16 characters/],
])('HOOK_KEYS is refused where it could authenticate nothing: %s', (set, why) => {
  expect(() => loadConfig({ HOOK_KEYS: set })).toThrow(why);
});

test('HOOK_KEYS takes what the providers show', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const set = [
    ['sendgrid', key],
    ['ses', 'arn:aws:sns:eu-west-1:123456789012:bounces'],
    ['resend', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['generic', 'relay:a long password'],
  ];
  const value = set.map((one) => one.join(':')).join(',');
  expect(loadConfig({ HOOK_KEYS: value }).hookKeys).toEqual(set);
});
