import type { Request, Response } from 'express';
import type { DbOrTransaction } from '../../../database/connection.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { scopeOf } from '../../middleware/roles.ts';

/** The newsletters that who asks may give, for views/console/settings/binding.eta. */
export async function givable(
  db: DbOrTransaction,
  res: Response,
  ticked: readonly string[] | null,
): Promise<{ isBound: boolean; newsletters: { slug: string; title: string; ticked: boolean }[] }> {
  const newsletters = await listNewsletters(db, scopeOf(res));
  return {
    isBound: scopeOf(res) !== null,
    newsletters: newsletters.map(({ slug, title }) => ({
      slug,
      title,
      ticked: ticked?.includes(slug) ?? false,
    })),
  };
}

/** What was ticked: none is as wide as who asks reaches. */
export function tickedIn(req: Request): string[] | undefined {
  const posted: unknown[] = [req.body?.newsletters ?? []].flat();
  const slugs = posted.filter((one): one is string => typeof one === 'string' && one !== '');
  return slugs.length > 0 ? slugs.slice(0, 1000) : undefined;
}

/** What was ticked, to change what somebody is bound to: none is the whole newsroom, for who reaches it. */
export const bindingIn = (req: Request, res: Response): string[] | null | undefined =>
  tickedIn(req) ?? (scopeOf(res) === null ? null : undefined);
