import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { buildLetter } from '../../emails/letter-message.ts';
import { openRenderer } from '../../emails/renderer.ts';
import { prepareVariant, spliceMessage } from '../../emails/splice.ts';
import { buildVariant } from '../../emails/variant.ts';
import { digests, letters, reader } from '../../scripts/sample-mails.ts';
import { provideTool } from '../harness/tools.ts';

const tool = provideTool('spamassassin', 'spamassassin');
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

describe.skipIf('missing' in tool)('SpamAssassin', () => {
  test.each(['digest-en', 'special-es'])('has nothing against %s', async (name) => {
    const content = digests()[name];
    if (!content) throw new Error(`There is no sample ${name}`);
    const variant = prepareVariant(await buildVariant(renderer, content));
    const { headers, body } = spliceMessage(variant, values);
    expect(score(Buffer.concat([headers, ...body]))).toBeLessThanOrEqual(0.5);
  });

  test.each(['confirmation-en', 'welcome-es'])('nor against %s', async (name) => {
    const content = letters()[name];
    if (!content) throw new Error(`There is no sample ${name}`);
    const { message } = await buildLetter(renderer, content, {
      ...values,
      from: 'The Daily <daily@news.example.org>',
      replyTo: null,
    });
    expect(score(message)).toBeLessThanOrEqual(0.5);
  });

  test('but it does see spam', () => {
    // The test string that every copy of it knows.
    const gtube = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
    expect(score(Buffer.from(`Subject: x\r\n\r\n${gtube}\r\n`))).toBeGreaterThan(500);
  });
});
