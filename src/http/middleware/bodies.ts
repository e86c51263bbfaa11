import express, { type RequestHandler } from 'express';
import { Problem } from './problem.ts';

/**
 * Reads a JSON body of at most 1 MB. A body of another type is refused (415); none at all reads as undefined.
 * Errors: 400 unreadable, 413 too large, 415.
 */
export const jsonBody: RequestHandler[] = [
  (req, _res, next) => {
    const empty =
      req.headers['transfer-encoding'] === undefined && !Number(req.headers['content-length']);
    if (!empty && !req.is(['application/json', 'application/*+json']))
      throw new Problem(415, 'The body must be JSON: send it with Content-Type: application/json.');
    next();
  },
  express.json({ limit: '1mb', strict: false, type: ['application/json', 'application/*+json'] }),
];

/** Reads a form of at most 64 kB. Another type is left unread: `req.body` is then undefined. */
export const formBody: RequestHandler = express.urlencoded({ extended: false, limit: '64kb' });
