import sharp from 'sharp';

/** A picture as it is shown: a JPEG of these measures. */
export interface PictureFile {
  bytes: Uint8Array;
  width: number;
  height: number;
}

/** What a story's picture became; null where it is too small or of too odd a shape for that, or cannot be read. */
export interface Pictures {
  lead: PictureFile | null;
  thumbnail: PictureFile | null;
  /** Why it cannot be read, in the decoder's words. */
  problem: string | null;
}

// One picture at a time, on one core, and nothing kept: this process is small and others have work to do.
sharp.concurrency(1);
sharp.cache(false);
// Everything else libvips reads is a way in for what newsrooms do not use: SVG with scripts, PDF, scientific formats.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`),
});

/** The largest camera pictures have 61 million; more would take too much memory. */
const MOST_PIXELS = 64_000_000;
/** Twice the size at which they are shown. `least` is the width below which enlarging would show. */
const LEAD = { width: 1200, height: 675, least: 480, mostBytes: 250_000 };
const THUMBNAIL = { width: 264, height: 198, least: 132, mostBytes: 40_000 };
/** A crop that shows less of the picture than this no longer says what it shows. */
const LEAST_SHOWN = 0.25;
const QUALITIES = [80, 65, 50, 35];

/**
 * Turns a picture the right way up and crops it to what draws the eye, for the lead and as a thumbnail: JPEG in sRGB,
 * without EXIF, on white where it was transparent, an animated one by its first frame. JPEG, PNG, WebP, GIF and AVIF
 * are read; anything else, what is cut short and what has more than 64 million pixels is a problem.
 */
export async function cropPicture(bytes: Uint8Array): Promise<Pictures> {
  try {
    const { autoOrient: size } = await open(bytes).metadata();
    const lead = await crop(bytes, size, LEAD);
    return { lead, thumbnail: await crop(bytes, size, THUMBNAIL), problem: null };
  } catch (error) {
    return { lead: null, thumbnail: null, problem: (error as Error).message.slice(0, 200) };
  }
}

type Shape = typeof LEAD;

const open = (bytes: Uint8Array) =>
  sharp(bytes, { failOn: 'error', limitInputPixels: MOST_PIXELS });

async function crop(
  bytes: Uint8Array,
  size: { width: number; height: number },
  shape: Shape,
): Promise<PictureFile | null> {
  const ratio = shape.width / shape.height;
  const widest = Math.min(size.width, size.height * ratio);
  const shown = (widest * widest) / ratio / (size.width * size.height);
  if (widest < shape.least || shown < LEAST_SHOWN) return null;
  // never enlarged
  const width = Math.min(shape.width, Math.floor(widest));
  const height = Math.round(width / ratio);
  const raw = await open(bytes)
    .autoOrient()
    .resize(width, height, { fit: 'cover', position: sharp.strategy.attention })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { bytes: await compressed(raw, { width, height }, shape.mostBytes), width, height };
}

/** In the best quality that keeps to the bound; the last one is taken as it is. */
async function compressed(
  raw: Uint8Array,
  size: { width: number; height: number },
  mostBytes: number,
): Promise<Uint8Array> {
  let jpeg = new Uint8Array();
  for (const quality of QUALITIES) {
    jpeg = await sharp(raw, { raw: { ...size, channels: 3 } })
      .jpeg({ quality, mozjpeg: true })
      .toBuffer();
    if (jpeg.length <= mostBytes) break;
  }
  return jpeg;
}
