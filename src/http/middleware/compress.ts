import compression from 'compression';
import type { RequestHandler, Response } from 'express';

/**
 * Compresses answers by Brotli or gzip, as the browser asks, where their type is worth it. Not streams of events,
 * which would wait for the compressor, nor what `dontCompress` names.
 */
export const compress: RequestHandler = compression({
  filter: (req, res) =>
    !(res as Response).locals[uncompressed] &&
    !String(res.getHeader('Content-Type')).startsWith('text/event-stream') &&
    compression.filter(req, res),
});

/**
 * For a page that holds a secret and shows something of the request: the length of its compressed form could tell
 * the secret to somebody who watches the connection (BREACH).
 */
export function dontCompress(res: Response): void {
  res.locals[uncompressed] = true;
}

const uncompressed = 'uncompressed';
