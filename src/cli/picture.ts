import { readFile, stat } from 'node:fs/promises';
import { LARGEST_LOGO, tooHeavy } from '../newsletters/logo-files.ts';
import { WrongUse } from './output.ts';

/** The bytes of a picture's file. Throws WrongUse, UnusableLogo. */
export async function readPicture(path: string): Promise<Buffer> {
  const file = await stat(path).catch(() => null);
  if (!file?.isFile()) throw new WrongUse(`There is no file ${path}.`);
  if (file.size > LARGEST_LOGO) throw tooHeavy();
  return readFile(path);
}
