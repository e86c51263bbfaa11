import type { RequestHandler } from 'express';
import type { Db } from '../../../database/connection.ts';
import { LOGO_PATH } from '../../../newsletters/logo-files.ts';
import { getLogo } from '../../../newsletters/logos.ts';
import { dontCompress } from '../../middleware/compress.ts';
import { notFound } from '../../middleware/errors.ts';

/** An uploaded logo. Its address is the hash of its bytes, so it may be kept for ever. */
export function logoFile(db: Db): RequestHandler {
  return async (req, res) => {
    const [, hash = ''] = /^\/logos\/([0-9a-f]{32})\./.exec(req.path) ?? [];
    const logo = LOGO_PATH.test(req.path) ? await getLogo(db, hash) : undefined;
    if (!logo) return notFound();
    dontCompress(res);
    res
      .type(logo.type)
      .set('Cache-Control', 'public, max-age=31536000, immutable')
      // mail programs in a browser show it on a page of their own
      .set('Cross-Origin-Resource-Policy', 'cross-origin')
      // opened by itself it is a picture and nothing else
      .set('Content-Security-Policy', "default-src 'none'; sandbox")
      .send(logo.bytes);
  };
}
