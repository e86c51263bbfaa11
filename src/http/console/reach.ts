import type { Db } from '../../database/connection.ts';
import * as reach from '../api/reach.ts';

type Params = Record<string, string>;

/** Finds the newsletter of what an address names, for requireRoleIn. */
export const reachIn = (db: Db) => ({
  ofEdition: (params: Params) => reach.ofEdition(db, params),
  ofFeed: (params: Params) => reach.ofFeed(db, params),
  ofNewsletter: (params: Params) => reach.ofNewsletter(db, params),
});
