import type { Response } from 'express';
import { logoWords, tooHeavy, UnusableLogo } from '../../newsletters/logo-files.ts';
import type { Upload } from '../middleware/upload.ts';

/** The file that readUpload read. Throws UnusableLogo. */
export function pictureIn(res: Response): Buffer {
  const upload: Upload = res.locals.upload;
  if (upload.tooHeavy) throw tooHeavy();
  if (upload.file === null) throw new UnusableLogo('none');
  return upload.file;
}

/** Why it cannot be a logo, in the operator's language. Throws what is another error. */
export function refusalOf(error: unknown, language: string): string {
  if (error instanceof UnusableLogo) return logoWords(error, language);
  throw error;
}
