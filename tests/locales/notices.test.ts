import { expect, test } from 'vitest';
import { noticesInWords } from '../../src/locales/notices.ts';
import { said } from '../../src/relays/advice.ts';
import { readNotices, writeNotices } from '../../src/text/notice.ts';

test('a relay’s words stay as they are, and what to do is said in the language asked for', () => {
  const told = said('relay-1', '550 <ana@news.test> is blocked here', { code: 'advice.blocked' });
  expect(noticesInWords(told)).toMatch(/^relay-1: 550 .+ is blocked here – The mail server blocks/);
  expect(noticesInWords(told, 'es-MX')).toMatch(/^relay-1: 550 .+ is blocked here – El servidor/);
  expect(told).not.toContain('ana@news.test');
});

test.each(['421 try later', '', '[', '[{"code":', '[1, 2]', '{"code":"told"}'])(
  'what an earlier version wrote is said as it is: %s',
  (text) => {
    expect(noticesInWords(text, 'es')).toBe(text);
    expect(noticesInWords(writeNotices(...readNotices(text)))).toBe(text);
  },
);

test('values are filled in as they are, braces and quotes too', () => {
  const words = '{{relay}} "said" $t(told)';
  expect(noticesInWords(writeNotices({ code: 'relay', values: { relay: 'r', words } }))).toBe(
    `r: ${words}`,
  );
});
