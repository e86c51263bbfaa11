import type { Request, RequestHandler } from 'express';
import { leaveMessage } from '../pages.ts';

const RECENT_MS = 30 * 60_000;

/** Whether somebody signed in within the last half hour in this browser. */
export const isRecent = (req: Request): boolean =>
  Date.now() - (req.session?.createdAt.getTime() ?? 0) < RECENT_MS;

/** How one gets in is changed only by somebody who has just got in: not in a browser that was left open. */
export const recentSignIn: RequestHandler = async (req, res, next) => {
  if (isRecent(req)) return next();
  await leaveMessage(req, 'me.signInAgain', false);
  res.redirect(303, '/console/me');
};
