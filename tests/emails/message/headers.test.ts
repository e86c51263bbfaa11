import { spawnSync } from 'node:child_process';
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import type { DigestContent } from '../../../emails/content.ts';
import { buildLetter } from '../../../emails/letters/message.ts';
import { complaintsHeader, feedbackIdHeader } from '../../../emails/message/headers.ts';
import { builtBody, prepareVariant, spliceMessage } from '../../../emails/message/splice.ts';
import { buildVariant } from '../../../emails/message/variant.ts';
import { letters } from '../../../scripts/sample-mails.ts';
import { readMailbox } from '../../../src/mail/mailbox.ts';
import { edition, reader } from '../fixtures/editions.ts';

const names = [
  'The Daily',
  'Harbour: Morning',
  'Desk (Harbour)',
  'Ana "La Voz" Ruiz',
  'Ruiz, Ana; Harbour',
  'desk@old.example.org',
  'back\\slash',
  'La Voz de Ñuñoa – mañana',
  '=?UTF-8?B?aGVsbG8=?=',
  'a =?UTF-8?Q?b?= c',
  'The Harbour, the Islands and all the Coast between them: every Morning News',
];
const subjects = [
  'Pier stays open',
  '=?UTF-8?B?aGVsbG8=?= x',
  '=?utf-8?q?hello?=',
  'What does =? mean',
  'El muelle sigue abierto: ñandúes y más',
  'ñ =?UTF-8?B?aGVsbG8=?= x',
  `${'A long one that has to be folded over lines, '.repeat(4)}and ends`,
  'Ñandú '.repeat(30).trim(),
  'one,two;three: (four) "five" <six@example.org>',
];

/** The composer alone: what the headlines render to is given. */
const renderer = (subject: string) =>
  ({
    render: () =>
      Promise.resolve({
        subject,
        html: '<p>x</p>',
        text: 'x',
        htmlBytes: 8,
        preheader: '',
        tooLong: false,
      }),
  }) as never;

async function digest(from: string, subject: string): Promise<Buffer> {
  const mailbox = readMailbox(from);
  const content: DigestContent = edition();
  content.newsletter = { ...content.newsletter, from: mailbox, replyTo: mailbox };
  const variant = await buildVariant(renderer(subject), content);
  const prepared = prepareVariant(variant, reader.viewUrl);
  const spliced = spliceMessage(prepared, reader);
  return Buffer.concat([spliced.headers, ...builtBody(prepared, spliced)]);
}

async function letter(from: string, subject: string): Promise<Buffer> {
  const mailbox = readMailbox(from);
  const [content] = Object.values(letters());
  if (!content) throw new Error('there is no sample');
  const envelope = { ...reader, from: mailbox, replyTo: mailbox };
  return (await buildLetter(renderer(subject), content, envelope)).message;
}

const script = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
def one(field):
    return [[a.display_name, a.addr_spec] for a in m[field].addresses]
print(json.dumps({'from': one('from'), 'reply': one('reply-to'), 'to': one('to'), 'subject': str(m['subject']),
  'defects': [str(d) for f in ('from', 'reply-to', 'to', 'subject') for d in m[f].defects]}))`;
const python = spawnSync('python3', ['-c', 'import email']).status === 0;

async function readByMailparser(message: Buffer) {
  const { from, replyTo, to, subject } = await simpleParser(message);
  const one = (field: typeof from) => field?.value.map(({ name, address }) => [name, address]);
  return { from: one(from), reply: one(replyTo), to: one([to].flat()[0]), subject };
}

function readByPython(message: Buffer) {
  const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: message });
  if (stdout.length === 0) throw new Error(stderr.toString());
  const { defects, ...read } = JSON.parse(stdout.toString());
  expect(defects).toEqual([]);
  return read;
}

describe.each([
  ['digest', digest],
  ['letter', letter],
])('a %s', (_, build) => {
  test.each(names)('is from %s', async (name) => {
    const message = await build(`${name} <d@example.org>`, 'Pier stays open');
    const read = {
      from: [[name, 'd@example.org']],
      reply: [[name, 'd@example.org']],
      to: [['Ana Ñandú', 'ana@example.org']],
      subject: 'Pier stays open',
    };
    expect(await readByMailparser(message)).toEqual(read);
    if (python) expect(readByPython(message)).toEqual(read);
  });

  test.each(subjects)('has the subject %s', async (subject) => {
    const message = await build('d@example.org', subject);
    expect((await readByMailparser(message)).subject).toBe(subject);
    if (python) expect(readByPython(message).subject).toBe(subject);
    const head = message.toString('latin1').split('\r\n\r\n')[0] ?? '';
    for (const line of head.split('\r\n')) expect(line.length).toBeLessThanOrEqual(300);
    for (const line of head.split('\r\n')) expect(line).toMatch(/^[\t -~]+$/);
  });
});

test('Feedback-ID has four parts, none of which can be another one, and nothing of the reader', () => {
  const value = feedbackIdHeader({ slug: 'daily' }, { number: 12, kind: 'daily' });
  const parts = value.split(':');
  expect(parts).toEqual(['daily.12', 'daily', 'kind.daily', 'gaceta']);
  expect(new Set(parts).size).toBe(4);
  expect(parts.at(-1)?.length).toBeGreaterThanOrEqual(5);
});

test('CFBL-Address is there only where its domain is that of From or below it', () => {
  const from = { address: 'daily@Example.org', name: null };
  expect(complaintsHeader(from, 'fbl@back.example.org')).toEqual({
    'CFBL-Address': 'fbl@back.example.org; report=arf',
  });
  expect(complaintsHeader(from, 'fbl@back.notexample.org')).toEqual({});
  expect(complaintsHeader(from, undefined)).toEqual({});
});
