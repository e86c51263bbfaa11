import express, { type RequestHandler } from 'express';
import { LARGEST_LOGO, tooHeavy, UnusableLogo } from '../../newsletters/logo-files.ts';

/** What the API says of the pictures it takes. */
export const logoDescription =
  'The body is the file itself: PNG, JPEG, GIF or WebP, told by its bytes, of at most 1 MB and 4,000 pixels a side. Mails that were sent go on showing the one they were sent with.';

/** Reads the bytes of a picture, whatever type the caller says it is. Throws UnusableLogo. */
export const pictureBody: RequestHandler[] = [
  (req, res, next) => {
    raw(req, res, (error?: unknown) => {
      const { type } = (error ?? {}) as { type?: unknown };
      next(type === 'entity.too.large' ? tooHeavy() : error);
    });
  },
];
const raw = express.raw({ type: () => true, limit: LARGEST_LOGO });

/** The bytes that pictureBody read. Throws UnusableLogo when there were none. */
export function pictureOf(input: unknown): Buffer {
  if (!Buffer.isBuffer(input)) throw new UnusableLogo('empty');
  return input;
}
