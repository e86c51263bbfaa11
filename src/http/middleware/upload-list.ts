import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import type { RequestHandler, Response } from 'express';
import { LARGEST_LIST, type Spool, spool } from '../../subscribers/import/reading/spool.ts';
import { allowSlowBody } from './slow-bodies.ts';

/** A list of readers that a form sent, on the disk. */
export interface UploadedList {
  /** Null: none was chosen. The handler that takes it on is who deletes it, see takeList. */
  file: Spool | null;
  /** What the file is called where it comes from. */
  fileName: string;
  /** True: it was larger than a list may be; there is no file then. */
  tooLarge: boolean;
}

// A browser shows no answer while it still sends: what is too large is read to here and thrown away, then cut off.
const MOST_READ = 2 * LARGEST_LIST;

/**
 * Reads a form (multipart/form-data) with one file, named `file`, which goes to the disk as it arrives:
 * `res.locals.list`. The form's other fields are `req.body`, with the file's SHA-256 as `file`, so that the same form
 * is known when it is sent again. Put it behind the rule of the route: it gives a body all the time it needs.
 */
export const readList = (folder: string): RequestHandler[] => [
  allowSlowBody,
  tellAddress,
  async (req, res, next) => {
    const list: UploadedList = { file: null, fileName: '', tooLarge: false };
    res.locals.list = list;
    res.once('close', () => void takeList(res)?.[Symbol.asyncDispose]());
    if (!req.is('multipart/form-data')) return next();
    const fields: Record<string, string> = {};
    const hash = createHash('sha256');
    let taking: Promise<Spool> | undefined;
    try {
      const limits = { files: 1, fileSize: LARGEST_LIST + 1, fields: 20, fieldSize: 10_000 };
      const form = busboy({ headers: req.headers, limits });
      form.on('field', (name, value) => {
        fields[name] = value;
      });
      form.on('file', (name, file, info) => {
        if (name !== 'file') return file.resume();
        list.fileName = info.filename ?? '';
        file.on('limit', () => {
          list.tooLarge = true;
        });
        taking = spool(hashed(file, hash), folder);
        // told where it is waited for
        taking.catch(() => undefined);
      });
      let read = 0;
      req.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (read > MOST_READ) req.destroy();
      });
      await pipeline(req, form);
    } catch {
      // no boundary, or it broke off: there is no file then
      await taking?.then((file) => file[Symbol.asyncDispose]()).catch(() => undefined);
      return next();
    }
    const file = await taking;
    if (file && (list.tooLarge || file.bytes === 0)) await file[Symbol.asyncDispose]();
    else list.file = file ?? null;
    req.body = { ...fields, file: hash.digest('hex') };
    return next();
  },
];

/**
 * A script that sends a file to show how much has arrived gets the address of the next page by 201: a redirect it would
 * follow unseen, and use up the message that waits there.
 */
const tellAddress: RequestHandler = (req, res, next) => {
  if (req.get('X-Progress') !== undefined) {
    const end = res.end.bind(res);
    res.end = ((...args: Parameters<typeof res.end>) => {
      if (res.statusCode === 303) res.statusCode = 201;
      return end(...args);
    }) as typeof res.end;
  }
  next();
};

/** Hands the file over: what is not taken is deleted with the end of the answer. */
export function takeList(res: Response): Spool | null {
  const list: UploadedList = res.locals.list;
  const { file } = list;
  list.file = null;
  return file;
}

async function* hashed(file: Readable, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of file as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
}
