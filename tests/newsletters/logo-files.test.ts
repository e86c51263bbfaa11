import { expect, test } from 'vitest';
import { logoWords, readLogo, UnusableLogo } from '../../src/newsletters/logo-files.ts';
import { png, pngSaying } from './fixtures/pictures.ts';

const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>');

test('a picture is told by its bytes', () => {
  expect(readLogo(png(400, 90))).toEqual({
    extension: 'png',
    type: 'image/png',
    width: 400,
    height: 90,
  });
  expect(readLogo(gif)).toMatchObject({ type: 'image/gif', width: 1 });
});

test.each([
  ['nothing', Buffer.alloc(0), 'empty'],
  ['a web page', Buffer.from('<!doctype html><title>logo.png</title>'), 'notAPicture'],
  ['a page with a drawing', Buffer.from('<html><svg width="1" height="1"></svg></html>'), 'svg'],
  ['a drawing', svg, 'svg'],
  ['a program', Buffer.from('MZ\x90\x00'), 'notAPicture'],
  ['40 MB', Buffer.alloc(40 * 1024 ** 2), 'tooHeavy'],
  ['20,000 pixels', pngSaying(20_000, 20_000), 'tooLarge'],
  ['no height', pngSaying(10, 0), 'broken'],
  ['the beginning of a picture', png(9, 9).subarray(0, 12), 'broken'],
  ['a tiff', Buffer.from('II*\x00\x08\x00\x00\x00\x00\x00', 'latin1'), 'notAPicture'],
])('%s is no logo', (_what, bytes, code) => {
  let thrown: unknown;
  try {
    readLogo(bytes);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(UnusableLogo);
  expect(thrown).toMatchObject({ code });
});

test('what is wrong is said in either language, with what to do', () => {
  const wrong = { code: 'tooLarge', values: { width: 20_000, height: 9, most: 4000 } };
  expect(logoWords(wrong)).toContain('at most 4,000 pixels');
  expect(logoWords(wrong, 'es')).toContain('4000 píxeles de ancho');
});
