import { crc32 } from 'node:zlib';
import sharp from 'sharp';

/** A landscape in which something stands out, so that the crop has what to look for. */
export const photo = (width = 1600, height = 1200) =>
  sharp({ create: { width, height, channels: 3, background: '#8fb3c9' } }).composite([
    {
      input: {
        create: {
          width: Math.ceil(width / 8),
          height: Math.ceil(height / 8),
          channels: 3,
          background: '#d0021b',
        },
      },
      left: Math.floor(width / 2),
      top: Math.floor(height / 3),
    },
  ]);

/** A PNG that says it is of this size, of which nothing else is true. */
export async function pngThatSays(width: number, height: number): Promise<Buffer> {
  const png = await photo(200, 200).png().toBuffer();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

/** The first bytes of a photo as telephones take it. */
export const heic = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypheic\0\0\0\0mif1heic', 'latin1'),
  Buffer.alloc(200),
]);

export const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200"><script>alert(1)</script><rect width="9" height="9"/></svg>',
);

export const pdf = Buffer.from(
  '%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n',
);
