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
  const animated = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  expect((await sharp(animated).metadata()).pages).toBe(2);
  const { lead } = await cropper.crop(animated);
  const { dominant } = await sharp(lead?.bytes).stats();
  expect(dominant.r).toBeGreaterThan(200);
  expect(dominant.b).toBeLessThan(60);
});

test('a picture is turned the right way up, and says nothing of where it was taken', async () => {
  // lies on its side: red on the left, which is the top once it is turned
  const sideways = await sharp({
    create: { width: 800, height: 1200, channels: 3, background: '#ffffff' },
  })
    .composite([
      {
        input: { create: { width: 400, height: 1200, channels: 3, background: '#ff0000' } },
        left: 0,
        top: 0,
      },
    ])
    .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitudeRef: 'N' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const { lead } = await cropper.crop(sideways);
  expect(lead).toMatchObject({ width: 1200, height: 675 });
  expect((await measures(lead?.bytes ?? Buffer.of())).exif).toBeUndefined();
  const corner = await sharp(lead?.bytes)
    .extract({ left: 1100, top: 4, width: 50, height: 20 })
    .stats();
  expect(corner.dominant).toMatchObject({ g: expect.toSatisfy((green: number) => green < 60) });
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
