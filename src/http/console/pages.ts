import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Context } from '../../context.ts';
import type { Role } from '../../database/tables.ts';
import { closestLanguage, languages, type Translate, translator } from '../../locales/index.ts';
import { getNewsroom } from '../../newsletters/newsroom.ts';
import type { Operator } from '../../operators/accounts.ts';
import { mayAct } from '../../operators/roles.ts';
import { untrustedProxySeen } from '../../operators/untrusted-proxy.ts';
import { openTemplates } from '../templates.ts';
import { attentionCount } from './attention-count.ts';

/** The navigation, in its order, and the least role that sees each place. */
const places = {
  today: 'viewer',
  editions: 'viewer',
  // below admin the sign-up form and why readers unsubscribed, and no reader
  readers: 'viewer',
  newsletters: 'viewer',
  feeds: 'viewer',
  delivery: 'viewer',
  figures: 'viewer',
  settings: 'viewer',
} as const satisfies Record<string, Role>;
type Place = keyof typeof places;

/** What a page of the console shows. */
export interface Page {
  view: string;
  title: string;
  status?: number;
  /** The place in the navigation that it belongs to. */
  nav?: Place;
  /** Stylesheets and scripts of its own, by name: of src/http/assets/console/. */
  styles?: string[];
  scripts?: string[];
  /** True: its figures renew themselves. */
  live?: boolean;
  message?: { good: boolean; text: string } | undefined;
  data?: Record<string, unknown>;
}

export async function showPage(
  context: Context,
  req: Request,
  res: Response,
  page: Page,
): Promise<void> {
  const { view, title, status = 200, live = false, message, data = {} } = page;
  const { nav, styles = [], scripts = [] } = page;
  const { language, t } = wordsFor(req, res);
  const newsroom = await getNewsroom(context.db);
  const html = openTemplates('console', context.config.publicPath).render(view, {
    t,
    title,
    language,
    live,
    once: newOnce(),
    nav,
    navigation: placesFor(res),
    styles,
    scripts,
    newsroom: newsroom.name,
    operator: res.locals.operator,
    mailbox: context.mailbox?.pageUrl,
    attention: await attentionCount(context, res),
    untrustedProxy: await shouldSetTrustProxy(context, res),
    message: message ?? (await takeMessage(req, t)),
    ...data,
  });
  res.status(status).type('html').send(html);
}

/** The hidden field by which a form that is sent twice is known: see once.ts. */
const newOnce = () =>
  `<input type="hidden" name="once" value="${randomBytes(12).toString('base64url')}">`;

function placesFor(res: Response) {
  const operator: Operator | undefined = res.locals.operator;
  if (!operator) return [];
  return Object.entries(places)
    .filter(([, least]) => mayAct(operator.role, least))
    .map(([name]) => ({ name, address: addressOf(name, operator.role) }));
}

function addressOf(place: string, role: Role): string {
  if (place === 'today') return '/console';
  if (place === 'readers' && !mayAct(role, 'admin')) return '/console/readers/reasons';
  return `/console/${place}`;
}

/** Only admins are told: they can have it set, and what is said of limits is of use to an attacker. */
async function shouldSetTrustProxy({ config, db }: Context, res: Response): Promise<boolean> {
  const operator: Operator | undefined = res.locals.operator;
  if (config.trustProxy !== undefined || !operator || !mayAct(operator.role, 'admin')) return false;
  return untrustedProxySeen(db);
}

/** The operator's language, or before signing in the browser's. */
export function wordsFor(req: Request, res: Response): { language: string; t: Translate } {
  const operator: Operator | undefined = res.locals.operator;
  const language = closestLanguage(
    operator?.language ?? (req.acceptsLanguages([...languages]) || 'en'),
  );
  return { language, t: translator(language, 'console') };
}

/** Leaves a message for the next page. Without a session it is dropped. */
export async function leaveMessage(
  req: Request,
  key: string,
  good: boolean,
  values?: Record<string, string>,
): Promise<void> {
  await req.session?.keep({ message: { key, good, ...(values ? { values } : {}) } });
}

async function takeMessage(req: Request, t: Translate): Promise<Page['message']> {
  const left = await req.session?.take('message');
  return left && { good: left.good, text: t(left.key, left.values) };
}
