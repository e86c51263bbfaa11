import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { z } from 'zod';
import { auditCsv } from '../../../actions/audit-csv.ts';
import type { Context } from '../../../context.ts';
import english from '../../../locales/en/console/audit.ts';
import type { Translate } from '../../../locales/index.ts';
import { listOperators } from '../../../operators/accounts.ts';
import { listApiTokens } from '../../../operators/api-tokens.ts';
import { audit } from '../../../operators/audit.ts';
import { type AuditLine, auditActions, listAudit } from '../../../operators/audit-log.ts';
import { ID_FORM } from '../../../text/id.ts';
import { actorOf, requireRole } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';

const page = '/console/settings/audit';
const day = z.iso.date().or(z.literal('')).catch('');
const asked = z.object({
  actor: z
    .string()
    .regex(/^(operator|token)( \d{1,18})?$|^(cli|reader|system)$/)
    .catch(''),
  action: z.string().max(100).catch(''),
  object: z.string().trim().max(200).catch(''),
  from: day,
  to: day,
  after: z.string().regex(ID_FORM).catch(''),
});

// Where the page of an object is, by its kind. What the console has no words for is shown as the audit names it.
const objects: Record<string, (id: string) => string | undefined> = {
  address: () => undefined,
  article: () => undefined,
  addresses: () => '/console/readers/block',
  audit: () => '/console/settings/audit',
  console: () => undefined,
  database: () => undefined,
  'dkim key': () => '/console/delivery#dns',
  domain: () => '/console/delivery#resting',
  'earlier edition': () => undefined,
  edition: (id) => `/console/editions/${id}`,
  feed: (id) => `/console/feeds#feed-${id}`,
  'first steps': () => '/console/first-steps',
  import: (id) => `/console/readers/import/${id}`,
  job: (id) => `/console/readers/bulk/${id}`,
  newsletter: (slug) => `/console/newsletters/${slug}`,
  newsroom: () => '/console/settings/newsroom',
  operator: (id) => (ID_FORM.test(id) ? `/console/settings/people/${id}` : undefined),
  relay: () => '/console/delivery',
  receiver: () => '/console/delivery#receivers',
  'sending-rules': () => '/console/settings/newsroom#sending',
  'sign-up': () => '/console/settings/newsroom',
  subscriber: (id) => `/console/readers/${id}`,
  subscribers: () => '/console/readers',
  token: () => '/console/settings/tokens',
  webhook: (id) => `/console/settings/webhooks/${id}`,
};

/** Who did what, when and from where: searched, and as CSV. Of the whole newsroom. */
export function auditRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;

  router.get('/settings/audit', requireRole('admin'), async (req, res) => {
    const { t, language } = wordsFor(req, res);
    const typed = asked.parse(req.query);
    const { after: _, ...filter } = { ...typed, object: objectMeant(typed.object, t) };
    const [list, operators, tokens, known] = await Promise.all([
      listAudit(db, { ...named({ ...filter, after: typed.after }), limit: 50 }),
      listOperators(db),
      listApiTokens(db),
      auditActions(db),
    ]);
    const query = new URLSearchParams(named(filter)).toString();
    await showPage(context, req, res, {
      view: 'audit/list.eta',
      nav: 'settings',
      title: t('audit.title'),
      styles: ['access'],
      data: {
        typed,
        objectLike: `${t('audit.objects.edition')} 12`,
        lines: list.data.map((line) => lineView(line, { t, language })),
        who: [
          ...['operator', 'token', 'cli', 'system'].map((kind) => ({
            value: kind,
            text: t(`audit.kinds.${kind}`),
          })),
          ...operators.map((one) => ({
            value: `operator ${one.id}`,
            text: one.name || one.email,
          })),
          ...tokens.map((one) => ({
            value: `token ${one.id}`,
            text: t('audit.token', { name: one.name }),
          })),
        ],
        actions: known
          .map((value) => ({ value, text: actionText(value, t) }))
          .toSorted((one, other) => one.text.localeCompare(other.text, language)),
        csv: `${page}.csv?${query}`,
        first: typed.after && `${page}?${query}`,
        next: list.next && `${page}?${query}${query ? '&' : ''}after=${list.next}`,
      },
    });
  });

  router.get('/settings/audit.csv', requireRole('admin'), async (req, res) => {
    const { after: _, ...filter } = asked.parse(req.query);
    await audit(db, actorOf(res), 'export', 'audit');
    res.type('text/csv').set('Content-Disposition', 'attachment; filename="audit.csv"');
    // a client that disconnects ends the reading; there is no one to answer
    await pipeline(Readable.from(auditCsv(db, named(filter))), res).catch((error) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });
  return router;
}

/** The fields that somebody filled in. */
const named = (typed: Record<string, string>) =>
  Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ''));

const keyOf = (word: string) =>
  word.replaceAll(/[^a-z]+(\w)/g, (_, next: string) => next.toUpperCase());

const actionText = (action: string, t: Translate) => {
  const key = keyOf(action);
  return Object.hasOwn(english.actions, key) ? t(`audit.actions.${key}`) : action;
};

/** What the audit calls an object that was typed as the page calls it, in the operator's language. */
function objectMeant(typed: string, t: Translate): string {
  const lower = typed.toLowerCase();
  const nouns = Object.keys(objects).flatMap((noun) => {
    const word = t(`audit.objects.${keyOf(noun)}`).toLowerCase();
    return lower === word || lower.startsWith(`${word} `) ? [{ noun, word }] : [];
  });
  // the longest: a word may begin another
  const [meant] = nouns.toSorted((one, other) => other.word.length - one.word.length);
  return meant ? `${meant.noun}${typed.slice(meant.word.length)}` : typed;
}

/** The kind of an object, one word or two, and which one of them. */
function objectIn(object: string): { noun: string; name: string } {
  const [first = '', second = '', ...rest] = object.split(' ');
  const both = `${first} ${second}`;
  return Object.hasOwn(objects, both)
    ? { noun: both, name: rest.join(' ') }
    : { noun: first, name: [second, ...rest].join(' ').trim() };
}

function lineView(
  { id, at, actor, action, object, origin, detail }: AuditLine,
  words: { t: Translate; language: string },
) {
  const { t, language } = words;
  const { noun, name } = objectIn(object);
  const address = Object.hasOwn(objects, noun) ? objects[noun] : undefined;
  return {
    id,
    at: { iso: at.toISOString(), text: timeIn(at, language, 'UTC') },
    who: actor.name ?? t(`audit.kinds.${kinds.includes(actor.kind) ? actor.kind : 'system'}`),
    isToken: actor.kind === 'token',
    action: actionText(action, t),
    object: address
      ? `${t(`audit.objects.${keyOf(noun)}`)} ${name.slice(0, 60)}`.trim()
      : object.slice(0, 80),
    address: address?.(name),
    origin,
    detail: detail === null ? '' : JSON.stringify(detail).slice(0, 400),
  };
}

const kinds = ['operator', 'token', 'cli', 'reader', 'system'];
