import busboy from 'busboy';
import type { RequestHandler } from 'express';
import { LARGEST_LOGO } from '../../newsletters/logo-files.ts';
import { allowSlowBody } from './slow-bodies.ts';

/** What a form with one file sent. */
export interface Upload {
  /** Null: none was chosen. */
  file: Buffer | null;
  /** True: there was more than a logo may weigh; `file` is then cut off. */
  tooHeavy: boolean;
  fields: Record<string, string>;
}

// Of what is larger the rest is read to its end and thrown away, since a browser shows no answer while it still sends;
// beyond this the connection is cut.
const MOST_READ = 200 * 1024 ** 2;

/**
 * Reads a form (multipart/form-data) with one file, named `file`, into memory: `res.locals.upload`. What cannot be
 * read reads as an empty form. Put it behind the rule of the route: it gives a body all the time it needs.
 */
export const readUpload: RequestHandler[] = [
  allowSlowBody,
  (req, res, next) => {
    const upload: Upload = { file: null, tooHeavy: false, fields: {} };
    res.locals.upload = upload;
    if (!req.is('multipart/form-data')) return next();
    const chunks: Buffer[] = [];
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      if (chunks.length > 0) upload.file = Buffer.concat(chunks);
      req.unpipe(form).resume();
      next();
    };
    const form = open(req.headers);
    if (!form) return end();
    form.on('file', (name, stream) => {
      if (name !== 'file') return stream.resume();
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('limit', () => {
        upload.tooHeavy = true;
      });
    });
    form.on('field', (name, value) => {
      upload.fields[name] = value;
    });
    form.on('close', end).on('error', end);
    let read = 0;
    req.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read > MOST_READ) req.destroy();
    });
    req.once('close', end);
    req.pipe(form);
  },
];

function open(headers: Parameters<typeof busboy>[0]['headers']) {
  try {
    // one byte more, so that a file of just the limit is none above it
    const limits = {
      files: 1,
      fileSize: LARGEST_LOGO + 1,
      fields: 20,
      fieldSize: 10_000,
      parts: 30,
    };
    return busboy({ headers, limits });
  } catch {
    return undefined; // no boundary
  }
}
