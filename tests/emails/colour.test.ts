import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accentOf } from '../../emails/colour.ts';

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

test('any colour of a newsroom is readable in all its uses', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
      const accent = accentOf(`#${number.toString(16).padStart(6, '0')}`);
      expect(contrast(accent.light, '#ffffff')).toBeGreaterThan(4.45);
      expect(contrast(accent.dark, '#1b1c20')).toBeGreaterThan(4.45);
      expect(contrast(accent.light, accent.tint)).toBeGreaterThan(4.45);
      expect(contrast(accent.dark, accent.darkTint)).toBeGreaterThan(4.45);
      expect(contrast('#5c5c63', accent.tint)).toBeGreaterThan(4.45);
      expect(contrast('#b4b2ad', accent.darkTint)).toBeGreaterThan(4.45);
      expect(contrast(accent.button, accent.onButton)).toBeGreaterThan(4.45);
    }),
  );
});

test('a colour that is readable is left alone', () => {
  expect(accentOf('#0B5C63')).toMatchObject({ light: '#0b5c63', button: '#0b5c63' });
});

test.each([null, '', 'red', '#12', 'url(x)'])('%j gives the red of the house', (colour) => {
  expect(accentOf(colour).light).toBe('#a4161a');
});
