import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';

const of = (specifier: string) => fileURLToPath(import.meta.resolve(specifier));

// Its parts as separate files: the bundle of all makes its worker and its style inside the page, which our
// policy forbids.
const files = new Map([
  ['altcha.js', join(dirname(of('altcha/external')), 'altcha.min.js')],
  ['altcha.css', of('altcha/altcha.css')],
  ['worker.js', of('altcha/workers/pbkdf2')],
  ['es.js', of('altcha/i18n/es-es')],
]);

/** The files of ALTCHA, from here and from nowhere else. */
export const vendorFiles: RequestHandler = (req, res, next) => {
  const path = files.get(String(req.params.file));
  if (path) res.sendFile(path, { maxAge: '1h' });
  else next();
};
