import { wordingOf } from '../../emails/digest/from-edition.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { emptyLedger, ledger, ledgers } from '../deliveries/ledger.ts';
import { type Edition, editionShape, getEdition, listEditions } from '../editions/editions.ts';
import { EditionNotFound } from '../editions/errors.ts';
import { chooseArticles } from '../editions/variant.ts';
import { warningsOf } from '../editions/warnings.ts';
import { noticeInWords } from '../locales/notices.ts';
import { type EditionUnsubscribes, unsubscribesOf } from '../subscribers/unsubscribes.ts';
import type { Notice } from '../text/notice.ts';

/** An edition with its ledger, as the API and the command line show it. */
export type ShownEdition = ReturnType<typeof editionShape>;

/** Its `reason` and `warnings` are of `language`, English when left out. Throws EditionNotFound. */
export async function showEdition(
  db: DbOrTransaction,
  id: string,
  now: Date,
  language?: string,
): Promise<ShownEdition> {
  const edition = await getEdition(db, id);
  if (!edition) throw new EditionNotFound(id);
  const warnings = inWords((await warningsOf(db, [id])).get(id), language);
  const words = { ...wordingFor(edition), warnings };
  return editionShape(edition, await ledger(db, id), now, words, language);
}

/** Editions with their ledgers, newest first; `next` is the `after` of the next page. */
export async function showEditions(
  db: DbOrTransaction,
  page: Parameters<typeof listEditions>[1],
  now: Date,
  language?: string,
): Promise<{ data: ShownEdition[]; next: string | null }> {
  const { data, next } = await listEditions(db, page);
  const ids = data.map((edition) => edition.id);
  const counts = await ledgers(db, ids);
  const warnings = await warningsOf(db, ids);
  return {
    data: data.map((edition) =>
      editionShape(
        edition,
        counts.get(edition.id) ?? emptyLedger(),
        now,
        { ...wordingFor(edition), warnings: inWords(warnings.get(edition.id), language) },
        language,
      ),
    ),
    next,
  };
}

/** Who unsubscribed by the links of an edition. Throws EditionNotFound. */
export async function showUnsubscribes(
  db: DbOrTransaction,
  id: string,
): Promise<EditionUnsubscribes> {
  if (!(await getEdition(db, id))) throw new EditionNotFound(id);
  return unsubscribesOf(db, id);
}

const inWords = (notices: Notice[] = [], language?: string) =>
  notices.map((notice) => noticeInWords(notice, language));

/** The subject and preheader that readers of the newsletter's own language see: the editor's, or the headlines'. */
function wordingFor(edition: Edition): { subject: string; preheader: string } {
  const { newsletter, articles, subject, preheader } = edition;
  const head = { ...edition, subject: subject || null, preheader: preheader || null };
  const held = {
    newsletter: {
      ...newsletter,
      from: null,
      replyTo: null,
      linkParameters: null,
      private: false,
      sections: [],
    },
    edition: head,
    languages: [],
    articles,
  };
  const choice = chooseArticles(held, { language: null, sections: null });
  return choice ? wordingOf(held, choice) : { subject, preheader };
}
