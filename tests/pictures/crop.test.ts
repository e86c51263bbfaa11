import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { openCropper } from '../../emails/render/cropper.ts';
import { heic, pdf, photo, pngThatSays, svg } from './fixtures.ts';

const cropper = openCropper({ log: () => {} });
afterAll(() => cropper.close());

const measures = async (bytes: Uint8Array) => {
  const { format, width, height, exif, icc, space, channels, isProgressive } =
    await sharp(bytes).metadata();
  return { format, width, height, exif, icc, space, channels, isProgressive };
};
const jpeg = { format: 'jpeg', exif: undefined, icc: undefined, space: 'srgb', channels: 3 };

test.for([
  ['a photo', () => photo().jpeg().toBuffer()],
  ['a progressive JPEG', () => photo().jpeg({ progressive: true }).toBuffer()],
  ['CMYK', () => photo().toColourspace('cmyk').jpeg().toBuffer()],
  ['16 bits a channel', () => photo().toColourspace('rgb16').png().toBuffer()],
  ['greys', () => photo().greyscale().png().toBuffer()],
  ['transparency', () => photo().ensureAlpha(0.4).webp().toBuffer()],
  ['AVIF', () => photo(1280, 800).avif({ effort: 0 }).toBuffer()],
  ['a palette', () => photo().gif().toBuffer()],
] as const)('%s is cropped to both sizes', async ([, make]) => {
  const { lead, thumbnail, problem } = await cropper.crop(await make());
  expect(problem).toBeNull();
  expect(lead).toMatchObject({ width: 1200, height: 675 });
  expect(thumbnail).toMatchObject({ width: 264, height: 198 });
  expect(await measures(lead?.bytes ?? Buffer.of())).toMatchObject({
    ...jpeg,
    width: 1200,
    height: 675,
  });
  expect(await measures(thumbnail?.bytes ?? Buffer.of())).toMatchObject({
    ...jpeg,
    width: 264,
    height: 198,
  });
});

test('an animation is shown by its first frame', async () => {
  const frames = await Promise.all(
    ['#ff0000', '#0000ff'].map((background) =>
      sharp({ create: { width: 640, height: 480, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const joined = sharp(frames, { join: { animated: true } });
  for (const animated of [await joined.clone().gif().toBuffer(), await joined.webp().toBuffer()]) {
    expect((await sharp(animated).metadata()).pages).toBe(2);
    const { lead } = await cropper.crop(animated);
    const { dominant } = await sharp(lead?.bytes).stats();
    expect(dominant.r).toBeGreaterThan(200);
    expect(dominant.b).toBeLessThan(60);
  }
});

test('colours of a wide gamut are those of sRGB, and what is transparent is white, in dark mode too', async () => {
  const colour = { width: 640, height: 480, channels: 3, background: '#c82828' } as const;
  const wide = await sharp({ create: colour }).withIccProfile('p3').jpeg().toBuffer();
  const { dominant: given } = await sharp(wide, { ignoreIcc: true }).stats();
  expect(given.r).toBeLessThan(190);
  const red = await cropper.crop(wide);
  const [r, g, b] = (await sharp(red.thumbnail?.bytes).stats()).channels.map(({ mean }) => mean);
  expect([r, g, b].map((value = 0, at) => Math.abs(value - [200, 40, 40][at]!) < 6)).toEqual([
    true,
    true,
    true,
  ]);
  const clear = { ...colour, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } as const;
  const { thumbnail } = await cropper.crop(await sharp({ create: clear }).png().toBuffer());
  expect((await sharp(thumbnail?.bytes).stats()).channels.every(({ min }) => min > 250)).toBe(true);
});

// Where the corner that is seen at the top left lies in the file, as EXIF counts the ways to hold a camera.
test.for([
  [1, 'left', 'top'],
  [2, 'right', 'top'],
  [3, 'right', 'bottom'],
  [4, 'left', 'bottom'],
  [5, 'left', 'top'],
  [6, 'left', 'bottom'],
  [7, 'right', 'bottom'],
  [8, 'right', 'top'],
] as const)('a picture of orientation %i is turned', async ([orientation, x, y]) => {
  const [width, height] = orientation < 5 ? [640, 480] : [480, 640];
  const patch = { width: 200, height: 200, channels: 3, background: '#ff0000' } as const;
  const held = await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([
      {
        input: { create: patch },
        left: x === 'left' ? 0 : width - 200,
        top: y === 'top' ? 0 : height - 200,
      },
    ])
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer();
  const { thumbnail } = await cropper.crop(held);
  expect(thumbnail).toMatchObject({ width: 264, height: 198 });
  // `stats` is told of the whole input, whatever stands before it
  const corner = sharp(thumbnail?.bytes).extract({ left: 4, top: 4, width: 60, height: 60 });
  const { dominant } = await sharp(await corner.png().toBuffer()).stats();
  expect(dominant.g).toBeLessThan(60);
});

test('a picture says nothing of where it was taken', async () => {
  const placed = await photo()
    .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitudeRef: 'N' } })
    .jpeg()
    .toBuffer();
  expect((await measures(placed)).exif).toBeDefined();
  const { lead } = await cropper.crop(placed);
  expect((await measures(lead?.bytes ?? Buffer.of())).exif).toBeUndefined();
});

test('a small picture is not enlarged: it is a thumbnail alone', async () => {
  const { lead, thumbnail } = await cropper.crop(await photo(300, 200).png().toBuffer());
  expect(lead).toBeNull();
  expect(thumbnail).toMatchObject({ width: 264, height: 198 });
});

test('a portrait is cropped to what it shows', async () => {
  const { lead, thumbnail } = await cropper.crop(await photo(900, 1600).jpeg().toBuffer());
  expect(lead).toMatchObject({ width: 900, height: 506 });
  expect(thumbnail).toMatchObject({ width: 264, height: 198 });
});

test.for([
  ['1 × 1', () => photo(1, 1).png().toBuffer()],
  ['300 × 2,400', () => photo(300, 2400).jpeg().toBuffer()],
  ['4,000 × 200', () => photo(4000, 200).jpeg().toBuffer()],
] as const)('%s is left out', async ([, make]) => {
  expect(await cropper.crop(await make())).toEqual({ lead: null, thumbnail: null, problem: null });
});

test.for([
  ['too many pixels', () => pngThatSays(20_000, 20_000)],
  ['a file cut short', async () => (await noise()).subarray(0, 20_000)],
  ['HEIC', () => heic],
  ['SVG with a script', () => svg],
  ['a PDF', () => pdf],
  ['a TIFF', () => photo().tiff().toBuffer()],
  ['no bytes', () => Buffer.of()],
  ['a page', () => Buffer.from('<!doctype html><title>Not found</title>')],
] as const)('%s cannot be read', async ([, make]) => {
  expect(await cropper.crop(await make())).toEqual({
    lead: null,
    thumbnail: null,
    problem: expect.any(String),
  });
});

test('what is hard to compress keeps to the bound', async () => {
  const { lead, thumbnail } = await cropper.crop(await noise());
  expect(lead?.bytes.length).toBeLessThan(400_000);
  expect(thumbnail?.bytes.length).toBeLessThan(45_000);
});

const noise = () =>
  sharp({
    create: {
      width: 1400,
      height: 900,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg({ quality: 90 })
    .toBuffer();
