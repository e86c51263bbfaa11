import { createHash } from 'node:crypto';
import express, { type Request, type RequestHandler } from 'express';
import { ListTooLarge } from '../../subscribers/errors.ts';
import { LARGEST_LIST } from '../../subscribers/import/reading/spool.ts';
import { Problem } from './problem.ts';
import { allowSlowBody } from './slow-bodies.ts';

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

/** As much of a body as `anyBody` looks at, and how long it waits for it. */
const READ_BYTES = 65_536;
const READ_MS = 5_000;

/**
 * Reads whatever was sent as a form, and refuses nothing: a body of another type, charset or encoding, one that
 * breaks off or is longer than 64 kB does no harm. `req.body` is always an object of the fields found.
 */
export const anyBody: RequestHandler = (req, _res, next) => {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > READ_BYTES) done();
  };
  const done = () => {
    clearTimeout(timer);
    for (const event of ends) req.off(event, done);
    req.off('data', take).resume();
    const text = Buffer.concat(chunks).subarray(0, READ_BYTES).toString();
    req.body = Object.fromEntries(new URLSearchParams(text));
    next();
  };
  const ends = ['end', 'error', 'close'] as const;
  const timer = setTimeout(done, READ_MS);
  for (const event of ends) req.on(event, done);
  req.on('data', take);
};

/** Reads the form of an editor's window: up to 1 MB and 5,000 fields, for two hundred articles reworded. */
export const longFormBody: RequestHandler = express.urlencoded({
  extended: false,
  limit: '1mb',
  parameterLimit: 5000,
});

/** What a list of readers may be: CSV, a ZIP of such files, a line of JSON for each reader, a sheet of Excel. */
export const listTypes = [
  'text/csv',
  'application/zip',
  'application/x-ndjson',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
];

/** Lets a file through unread, to be taken in as it arrives, with all the time it needs; another type is refused (415). */
const bodyOf =
  (types: string[]): RequestHandler =>
  (req, res, next) => {
    if (!req.is(types))
      throw new Problem(415, `Send the file with its Content-Type: ${types.join(', ')}.`);
    unreadBody(req, res, next);
  };

const unreadBody: RequestHandler = (req, res, next) => {
  if (req.headers['content-encoding'] !== undefined)
    throw new Problem(415, 'Send the file as it is, without Content-Encoding.');
  if (Number(req.headers['content-length']) > LARGEST_LIST) throw new ListTooLarge();
  allowSlowBody(req, res, next);
};

export const csvBody: RequestHandler = bodyOf(['text/csv']);
export const listBody: RequestHandler = bodyOf(listTypes);

/** As those, for a file of any type but what a form of a page sends. */
export const fileBody: RequestHandler = (req, res, next) => {
  if (req.is(['multipart/*', 'application/x-www-form-urlencoded']))
    throw new Problem(
      415,
      'Send the file itself as the body, with Content-Type: application/octet-stream.',
    );
  unreadBody(req, res, next);
};

/**
 * A body that can be taken in once as it arrives, and knows afterwards what it was: with its address it
 * makes two requests the same. Reading throws ListTooLarge.
 */
export class HashedBody implements AsyncIterable<Buffer> {
  readonly #req: Request;
  readonly #hash;
  #done = false;

  constructor(req: Request) {
    this.#req = req;
    this.#hash = createHash('sha256').update(JSON.stringify([req.method, req.originalUrl]));
    if (req.body !== undefined) this.#hash.update(JSON.stringify(req.body));
  }

  /** How long it says that it is, in bytes; 0 where it does not. */
  get length(): number {
    return Number(this.#req.headers['content-length']) || 0;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const chunk of this.#req as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST_LIST) throw new ListTooLarge();
      this.#hash.update(chunk);
      yield chunk;
    }
    this.#done = true;
  }

  /** Call it once, at the end: it drains what is left. */
  async hash(): Promise<Buffer> {
    if (!this.#done && this.#req.readable) for await (const _ of this);
    return this.#hash.digest();
  }
}
