import { imageSize } from 'image-size';
import { translator } from '../locales/index.ts';

/** Where an uploaded logo is served: its name is the hash of its bytes. */
export const LOGO_PATH = /^\/logos\/[0-9a-f]{32}\.(?:png|jpg|gif|webp)$/;

/** The largest file that is taken, in bytes: it is loaded with each mail that is opened. */
export const LARGEST_LOGO = 1024 ** 2;
const MOST_PIXELS = 4000;

const mediaTypes = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
} as const;
type Extension = keyof typeof mediaTypes;

/** A file that cannot be a logo: a key of src/locales/<language>/logos.ts; the message is that in English. */
export class UnusableLogo extends Error {
  override name = 'UnusableLogo';
  readonly code: string;
  readonly values: Record<string, string | number>;
  readonly errors: { pointer: string; detail: string }[];
  constructor(code: string, values: Record<string, string | number> = {}) {
    super(logoWords({ code, values }));
    this.code = code;
    this.values = values;
    this.errors = [{ pointer: '', detail: this.message }];
  }
}

/** What is wrong with a file, and what to do about it. */
export const logoWords = (
  { code, values }: Pick<UnusableLogo, 'code' | 'values'>,
  language = 'en',
): string => translator(language, 'logos')(code, values);

/** More came than a logo may weigh. */
export const tooHeavy = () => new UnusableLogo('tooHeavy', { megabytes: LARGEST_LOGO / 1024 ** 2 });

/** What a file is by its bytes, whatever its name and the browser say. Throws UnusableLogo. */
export function readLogo(bytes: Buffer): {
  extension: Extension;
  type: string;
  width: number;
  height: number;
} {
  if (bytes.length === 0) throw new UnusableLogo('empty');
  if (bytes.length > LARGEST_LOGO) throw tooHeavy();
  const { type, width, height } = measured(bytes);
  // scripts may be in it, and most mail programs show none
  if (type === 'svg') throw new UnusableLogo('svg');
  if (!isExtension(type)) throw new UnusableLogo('notAPicture');
  if (width < 1 || height < 1) throw new UnusableLogo('broken');
  if (width > MOST_PIXELS || height > MOST_PIXELS)
    throw new UnusableLogo('tooLarge', { width, height, most: MOST_PIXELS });
  return { extension: type, type: mediaTypes[type], width, height };
}

function measured(bytes: Buffer) {
  try {
    return imageSize(bytes);
  } catch {
    // of another kind, or cut off before it says its size
    const known = ['\x89PNG', '\xff\xd8\xff', 'GIF8', 'RIFF'].some((start) =>
      bytes.subarray(0, 4).toString('latin1').startsWith(start),
    );
    throw new UnusableLogo(known ? 'broken' : 'notAPicture');
  }
}

const isExtension = (type: string | undefined): type is Extension =>
  type !== undefined && type in mediaTypes;
