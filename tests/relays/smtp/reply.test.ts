import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reply, ReplyError, replyReader } from '../../../src/relays/smtp/reply.ts';

/** What is read of bytes that come in these pieces. */
function read(...pieces: (string | Buffer)[]): Reply[] {
  const replies: Reply[] = [];
  const feed = replyReader((reply) => replies.push(reply));
  for (const piece of pieces) feed(Buffer.from(piece));
  return replies;
}

describe('the replies of a relay', () => {
  it.each<[string, Reply]>([
    [
      '250 2.0.0 Ok: queued as 4bX',
      { code: 250, enhanced: '2.0.0', text: '250 2.0.0 Ok: queued as 4bX' },
    ],
    [
      '354 End data with <CR><LF>.<CR><LF>',
      { code: 354, text: '354 End data with <CR><LF>.<CR><LF>' },
    ],
    ['550 5.7.1', { code: 550, enhanced: '5.7.1', text: '550 5.7.1' }],
    ['250', { code: 250, text: '250' }],
    ['250 ', { code: 250, text: '250' }],
    ['250   Ok  ', { code: 250, text: '250 Ok' }],
    ['250 1.2 is no enhanced code', { code: 250, text: '250 1.2 is no enhanced code' }],
    ['250 2.0.0Ok', { code: 250, text: '250 2.0.0Ok' }],
    ['450 a\ttab\0and more', { code: 450, text: '450 a tab and more' }],
    ['550 buzón lleno', { code: 550, text: '550 buzón lleno' }],
  ])('reads %j', (line, reply) => {
    expect(read(`${line}\r\n`)).toEqual([reply]);
    expect(read(`${line}\n`)).toEqual([reply]);
  });

  it('joins the lines of one, and reads the next after it', () => {
    expect(read('550-5.1.1 No such\r\n550-5.1.1 reader\r\n550 5.1.1 here\r\n250 Ok\r\n')).toEqual([
      { code: 550, enhanced: '5.1.1', text: '550 5.1.1 No such reader here' },
      { code: 250, text: '250 Ok' },
    ]);
  });

  it('reads the same in whatever pieces it comes', () => {
    const bytes = Buffer.from('250-2.1.0 Ok\r\n250 2.1.0 señor\r\n354 go on\r\n250 2.0.0 Ok\r\n');
    const whole = read(bytes);
    expect(whole).toHaveLength(3);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(read(...pieces)).toEqual(whole);
      }),
    );
  });

  it('cuts the words of a line that is too long to show', () => {
    const [reply] = read(`250 ${'words '.repeat(1_000)}\r\n`);
    expect(reply?.text).toHaveLength(1_000);
  });

  it.each(['hello', '99 Bottles', '650 no', '250+no'])('refuses %j', (line) => {
    expect(() => read(`${line}\r\n`)).toThrow(ReplyError);
  });
});
