import type { DbOrTransaction } from '../database/connection.ts';
import { putSetting } from '../database/settings.ts';

/**
 * Whose pictures mails and pages show: copies of our own, cropped to size, or the newsroom's by their addresses.
 * `PICTURES` says it; the database is told, so that whoever builds an edition's content in it knows.
 */
export type PictureMode = 'own' | 'linked';

/** Writes down whose pictures the editions show from now on. */
export const rememberPictureMode = (db: DbOrTransaction, mode: PictureMode): Promise<void> =>
  putSetting(db, 'pictures', mode);
