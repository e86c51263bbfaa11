import type { Context } from '../context.ts';
import { requireNewsletter } from '../newsletters/newsletters.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { Scope } from '../operators/scope.ts';
import type { Import } from '../subscribers/import/rows.ts';
import type { Spool } from '../subscribers/import/spool.ts';

/**
 * Begins an import of the file that `take` takes in, which goes on in this process behind the answer: its row as it
 * begins. Without `newsletter`, a slug, each line names its own, within the scope.
 * Throws NewsletterNotFound before the file is taken; InvalidImport, TooManyImports.
 */
export async function startImport(
  { db, imports }: Context,
  { actor, scope }: { actor: Actor; scope: Scope },
  newsletter: string | undefined,
  take: () => Promise<Spool>,
): Promise<Import> {
  const place = newsletter === undefined ? null : await requireNewsletter(db, newsletter, scope);
  return imports.begin(await take(), {
    newsletter: place,
    scope,
    audit: (tx) => audit(tx, actor, 'import', importObject(newsletter)),
  });
}

/** How the audit names what an import is of. */
export const importObject = (newsletter: string | undefined): string =>
  newsletter === undefined ? 'subscribers' : `newsletter ${newsletter}`;
