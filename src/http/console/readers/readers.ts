import { Router } from 'express';
import type { Context } from '../../../context.ts';
import { blockRoutes } from './block.ts';
import { bulkRoutes } from './bulk.ts';
import { changeRoutes } from './change.ts';
import { formRoutes } from './form.ts';
import { importRoutes } from './import.ts';
import { readerListRoutes } from './list.ts';
import { newReaderRoutes } from './new.ts';
import { readerPageRoutes } from './reader.ts';
import { reasonRoutes } from './reasons.ts';
import { replyRequestRoutes } from './reply-requests.ts';

/**
 * The readers. All of it takes an admin, since one who may search by any part of an address can spell out all of them;
 * the sign-up form and why readers unsubscribed are for everybody who signs in.
 */
export function readerRoutes(context: Context): Router {
  const router = Router();
  router.use(readerListRoutes(context));
  router.use(formRoutes(context));
  router.use(reasonRoutes(context));
  router.use(replyRequestRoutes(context));
  router.use(newReaderRoutes(context));
  router.use(importRoutes(context));
  router.use(bulkRoutes(context), blockRoutes(context));
  router.use(changeRoutes(context));
  router.use(readerPageRoutes(context));
  return router;
}
