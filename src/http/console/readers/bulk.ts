import { type Request, type Response, Router } from 'express';
import {
  type AskedAction,
  bulkAction,
  prepareBulk,
  shownJob,
  startBulk,
  stopBulk,
} from '../../../actions/bulk.ts';
import { commit } from '../../../actions/commit.ts';
import { type BulkJob, BulkJobConflict, getJob, listJobs } from '../../../bulk/jobs.ts';
import type { Context } from '../../../context.ts';
import { listNewsletters, type Newsletter } from '../../../newsletters/newsletters.ts';
import { inScope } from '../../../operators/scope.ts';
import { addressesInChunks } from '../../../subscribers/address-list.ts';
import { faultInWords, InvalidImport, InvalidSubscriber } from '../../../subscribers/errors.ts';
import { countSubscribers } from '../../../subscribers/subscribers.ts';
import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { readList, takeList } from '../../middleware/upload-list.ts';
import { onceForEachForm } from '../once.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';
import { filterAddress, readFilter } from './filter-form.ts';

const page = '/console/readers/bulk';
const actions = ['unsubscribe', 'move', 'section', 'erase'] as const;
const LISTED = 10;

type Fault = 'none' | 'file' | 'action' | 'newsletter' | 'to' | 'section';

/** The same done to many readers: chosen, counted, asked once, and then how far it is. */
export function bulkRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;
  const admin = requireScopedRole('admin');
  const by = (res: Response) => ({ actor: actorOf(res), scope: scopeOf(res) });

  router.get('/readers/bulk', admin, (req, res) => showForm(req, res));

  router.post(
    '/readers/bulk',
    admin,
    ...readList(context.imports.folder),
    onceForEachForm(context),
    async (req: Request, res: Response) => {
      await using file = takeList(res);
      const asked = askedIn(req.body);
      if ('fault' in asked) return showForm(req, res, asked.fault);
      const { filter, isNarrowed } = readFilter(req.body);
      if (!file && !isNarrowed) return showForm(req, res, 'none');
      let faults = 0;
      try {
        const whom = file
          ? { addresses: addressesInChunks(file.read(), () => faults++) }
          : { filter };
        const job = await prepareBulk(db, by(res), asked, whom);
        if (faults > 0)
          await leaveMessage(req, 'bulk.noAddress', false, {
            lines: new Intl.NumberFormat(wordsFor(req, res).language).format(faults),
          });
        return res.redirect(303, `${page}/${job.id}`);
      } catch (error) {
        if (error instanceof InvalidImport) return showForm(req, res, 'file', error);
        if (!(error instanceof InvalidSubscriber)) throw error;
        return showForm(req, res, error.errors[0]?.pointer === '/to' ? 'to' : 'section');
      }
    },
  );

  router.get('/readers/bulk/:id', admin, async (req, res) => {
    const words = wordsFor(req, res);
    const job = await getJob(db, idIn(req), scopeOf(res));
    await showPage(context, req, res, {
      view: 'readers/bulk-shown.eta',
      nav: 'readers',
      title: words.t('bulk.title'),
      styles: ['readers'],
      live: job.state === 'running',
      scripts: job.state === 'running' ? ['import'] : [],
      data: { job: jobView(job, await listNewsletters(db), words), here: `${page}/${job.id}` },
    });
  });

  for (const [verb, work] of [
    ['start', startBulk],
    ['stop', stopBulk],
  ] as const)
    router.post(`/readers/bulk/:id/${verb}`, admin, async (req, res) => {
      const id = idIn(req);
      try {
        await commit(context, async (tx) => ({ value: await work(tx, by(res), id) }));
      } catch (error) {
        if (!(error instanceof BulkJobConflict)) throw error;
        // pressed in another window
        await leaveMessage(req, 'bulk.conflict', false);
      }
      res.redirect(303, `${page}/${id}`);
    });

  async function showForm(req: Request, res: Response, fault?: Fault, invalid?: InvalidImport) {
    const words = wordsFor(req, res);
    const scope = scopeOf(res);
    const given: Record<string, unknown> = (fault ? req.body : req.query) ?? {};
    const { filter, typed, isNarrowed } = readFilter(given);
    const [all, total, past] = await Promise.all([
      listNewsletters(db),
      countSubscribers(db, { ...filter, scope }),
      listJobs(db, { scope, limit: LISTED }),
    ]);
    const own = all.filter(({ id }) => inScope(scope, id));
    const text = (name: string) => (typeof given[name] === 'string' ? given[name] : '');
    await showPage(context, req, res, {
      view: 'readers/bulk.eta',
      nav: 'readers',
      title: words.t('bulk.title'),
      status: fault ? 422 : 200,
      styles: ['readers'],
      scripts: ['upload'],
      data: {
        filter: Object.entries(typed).filter(([, value]) => value !== ''),
        listAddress: `/console/readers${filterAddress(typed)}`,
        count: isNarrowed
          ? words.t(total.exact ? 'bulk.these' : 'bulk.theseMore', { count: total.count })
          : null,
        actions,
        chosen: {
          action: text('action'),
          of: text('of') || typed.newsletter,
          to: text('to'),
          section: text('toSection'),
        },
        newsletters: own,
        sections: [
          ...new Map(own.flatMap((one) => one.sections).map((one) => [one.slug, one])).values(),
        ],
        fault,
        wrong: invalid
          ? faultInWords(invalid, words.language)
          : fault && words.t(`bulk.wrong.${fault}`),
        jobs: past.data.map((job) => jobView(job, all, words)),
      },
    });
  }
  return router;
}

/** What a form asks for. */
function askedIn(body: unknown): AskedAction | { fault: Fault } {
  const given = (body ?? {}) as Record<string, unknown>;
  const action = actions.find((name) => name === given['action']);
  if (!action) return { fault: 'action' };
  // what was not chosen comes as an empty value
  const chosen = (name: string) => given[name] || undefined;
  const newsletter = chosen('of') ? { newsletter: chosen('of') } : {};
  const asked = bulkAction.safeParse({
    action,
    ...(action === 'erase' ? {} : newsletter),
    ...(action === 'move' ? { to: chosen('to') } : {}),
    ...(action === 'section' ? { section: chosen('toSection') } : {}),
  });
  if (asked.data) return asked.data;
  const [wrong] = asked.error.issues;
  return {
    fault: wrong?.path[0] === 'to' ? 'to' : wrong?.path[0] === 'section' ? 'section' : 'newsletter',
  };
}

/** The id in the address. Throws Problem 404 where it cannot be one. */
function idIn(req: Request): string {
  const id = readId(req.params['id']);
  if (id === undefined) throw new Problem(404, 'There is no such job.');
  return id;
}

function jobView(
  job: BulkJob,
  all: readonly Newsletter[],
  { language, t }: ReturnType<typeof wordsFor>,
) {
  const shown = shownJob(job, all);
  const titleOf = (slug: string | null) =>
    all.find((one) => one.slug === slug)?.title ?? slug ?? '';
  const section = all
    .find(({ slug }) => slug === shown.newsletter)
    ?.sections.find(({ slug }) => slug === shown.section);
  const number = new Intl.NumberFormat(language);
  const what =
    shown.action === 'unsubscribe' && shown.newsletter === null ? 'unsubscribeAll' : shown.action;
  return {
    id: job.id,
    state: job.state,
    badge: { prepared: 'draft', running: 'sending', done: 'sent', stopped: 'paused' }[job.state],
    stateText: t(`bulk.state.${job.state}`),
    isErasure: shown.action === 'erase',
    size: job.size,
    what: t(`bulk.what.${what}`, {
      count: job.size,
      newsletter: titleOf(shown.newsletter),
      to: titleOf(shown.to),
      section: section?.title ?? shown.section ?? '',
    }),
    means: t(`bulk.means.${what}`),
    bound: job.newsletters !== null,
    begun: timeIn(job.createdAt, language, 'UTC'),
    percent: job.size === 0 ? 100 : Math.floor((job.done / job.size) * 100),
    counts: (['size', 'done', 'changed', 'unknown'] as const).map((name) => ({
      name: t(`bulk.counts.${name}`),
      count: number.format(job[name]),
    })),
  };
}
