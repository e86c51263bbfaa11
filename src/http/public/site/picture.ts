import type { RequestHandler } from 'express';
import type { Db } from '../../../database/connection.ts';
import { getPictureFile, PICTURE_PATH } from '../../../pictures/files.ts';
import { dontCompress } from '../../middleware/compress.ts';
import { notFound } from '../../middleware/errors.ts';

/** A story's picture. Its address is the hash of its bytes, so it may be kept for ever; it says nothing of who asks. */
export function pictureFile(db: Db): RequestHandler {
  return async (req, res) => {
    const hash = PICTURE_PATH.exec(req.path)?.[1];
    const file = hash === undefined ? undefined : await getPictureFile(db, hash);
    if (!file) return notFound();
    dontCompress(res);
    res
      .type('jpg')
      .set('Cache-Control', 'public, max-age=31536000, immutable')
      // mail programs in a browser show it on a page of their own
      .set('Cross-Origin-Resource-Policy', 'cross-origin')
      // opened by itself it is a picture and nothing else
      .set('Content-Security-Policy', "default-src 'none'; sandbox")
      .send(file.bytes);
  };
}
